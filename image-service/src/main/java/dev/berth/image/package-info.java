/** OCI images as a library. */
@NullMarked
package dev.berth.image;

import org.jspecify.annotations.NullMarked;
