/** The engine of every verb: named steps that are timed, and taken back in reverse when one fails. */
@NullMarked
package dev.berth.cri.step;

import org.jspecify.annotations.NullMarked;
