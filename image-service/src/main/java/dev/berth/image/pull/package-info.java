/** Getting an image from a source into the store: once, in parallel, and never half. */
@NullMarked
package dev.berth.image.pull;

import org.jspecify.annotations.NullMarked;
