/** Exec and attach: a process and its client. */
@NullMarked
package dev.berth.cri.streaming.remotecommand;

import org.jspecify.annotations.NullMarked;
