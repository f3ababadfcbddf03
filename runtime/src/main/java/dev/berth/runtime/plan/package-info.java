/** Plans: what a shim is to do between clone and execve, as bytes (docs/shim.md). */
@NullMarked
package dev.berth.runtime.plan;

import org.jspecify.annotations.NullMarked;
