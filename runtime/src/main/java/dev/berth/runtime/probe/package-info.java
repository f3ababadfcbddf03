/** Finds out what the node's kernel and configuration can do, by doing it. */
@NullMarked
package dev.berth.runtime.probe;

import org.jspecify.annotations.NullMarked;
