/** Pod sandboxes: their state and the verbs of CRI on them, one class per RPC. */
@NullMarked
package dev.berth.cri.pod;

import org.jspecify.annotations.NullMarked;
