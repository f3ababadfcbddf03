/** Bounded reading of JSON documents that came from elsewhere. */
@NullMarked
package dev.berth.image.json;

import org.jspecify.annotations.NullMarked;
