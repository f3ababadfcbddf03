/** Sessions over WebSocket: the channels of exec and attach, and the tunnel of port-forward. */
@NullMarked
package dev.berth.cri.streaming.websocket;

import org.jspecify.annotations.NullMarked;
