/** The HTTP server that exec, attach and port-forward connect to, and the RPCs that give out its addresses. */
@NullMarked
package dev.berth.cri.streaming.server;

import org.jspecify.annotations.NullMarked;
