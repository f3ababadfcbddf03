/** How the signal that stops a container is spelled and numbered. */
@NullMarked
package dev.berth.runtime.signal;

import org.jspecify.annotations.NullMarked;
