package dev.berth.cri.server;

import java.util.function.Consumer;

/**
 * Answers one server-streaming RPC. It runs on a virtual thread of its own; the stream ends when it returns.
 *
 * @param <Q> the request message
 * @param <R> one message of the stream
 */
@FunctionalInterface
public interface StreamRpc<Q, R> {
    /**
     * Sends the stream. {@code out} blocks while the client reads slowly, and throws {@link StreamClosed} once the client is gone
     * or the server stops; it may be called from this thread only. Failures are as for {@link Rpc#call}.
     */
    void call(Q request, Consumer<R> out) throws InterruptedException;
}
