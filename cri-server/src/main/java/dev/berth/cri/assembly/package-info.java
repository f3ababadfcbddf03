/** Puts the node together: every verb with what it stands on. */
@NullMarked
package dev.berth.cri.assembly;

import org.jspecify.annotations.NullMarked;
