/** Images in files: OCI layouts and docker archives. */
@NullMarked
package dev.berth.image.layout;

import org.jspecify.annotations.NullMarked;
