/** What the berth command asks of a Berth that serves, beside CRI. */
@NullMarked
package dev.berth.cri.control;

import org.jspecify.annotations.NullMarked;
