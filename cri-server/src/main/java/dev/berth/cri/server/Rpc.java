package dev.berth.cri.server;

/**
 * Answers one unary RPC. It runs on a virtual thread of its own and may block.
 *
 * @param <Q> the request message
 * @param <R> the response message
 */
@FunctionalInterface
public interface Rpc<Q, R> {
    /**
     * Answers one request.
     *
     * @throws InterruptedException when the client is gone or its deadline has passed: the wait is abandoned, the state must
     *     stay consistent
     * @throws dev.berth.cri.failure.CriFailure when the request cannot be granted; the kind decides the gRPC code
     * @throws IllegalArgumentException when the request is wrong; answered as INVALID_ARGUMENT with its message
     */
    R call(Q request) throws InterruptedException;
}
