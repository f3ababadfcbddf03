/** The client of registries: hosts, credentials, tokens, manifests and blobs. */
@NullMarked
package dev.berth.image.registry;

import org.jspecify.annotations.NullMarked;
