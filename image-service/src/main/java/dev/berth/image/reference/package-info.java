/** The names of images and the digests of their content. */
@NullMarked
package dev.berth.image.reference;

import org.jspecify.annotations.NullMarked;
