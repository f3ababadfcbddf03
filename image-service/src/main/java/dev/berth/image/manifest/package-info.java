/** Manifests, indexes and configurations of images, as OCI and Docker write them. */
@NullMarked
package dev.berth.image.manifest;

import org.jspecify.annotations.NullMarked;
