/** Images and layers on disk, who uses them, and what is in them. */
@NullMarked
package dev.berth.image.store;

import org.jspecify.annotations.NullMarked;
