/** How an operation on images fails. */
@NullMarked
package dev.berth.image.failure;

import org.jspecify.annotations.NullMarked;
