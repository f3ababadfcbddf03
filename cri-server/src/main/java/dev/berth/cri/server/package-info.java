/** The gRPC server on the unix socket: which class answers which RPC, how calls end, and how the socket is kept. */
@NullMarked
package dev.berth.cri.server;

import org.jspecify.annotations.NullMarked;
