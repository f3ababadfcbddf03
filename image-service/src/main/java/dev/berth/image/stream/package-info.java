/** What the input streams of images have in common. */
@NullMarked
package dev.berth.image.stream;

import org.jspecify.annotations.NullMarked;
