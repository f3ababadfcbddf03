/** Layers: decompressing, reading tar and unpacking into a directory that overlay can use. */
@NullMarked
package dev.berth.image.layer;

import org.jspecify.annotations.NullMarked;
