/** Exec, Attach and PortForward: streams between a client's HTTP connection and processes or ports of pods. */
@NullMarked
package dev.berth.cri.streaming;

import org.jspecify.annotations.NullMarked;
