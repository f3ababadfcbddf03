package dev.berth.cri.server;

import dev.berth.cri.metrics.RpcMeter;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Set;

/**
 * Runs a server-streaming RPC on a second virtual thread, so that the call's own thread stays free to hear that the client reads
 * again or has gone.
 */
final class StreamCall<Q, R> implements ServerCalls.ServerStreamingMethod<Q, R> {
    private final String method;
    private final StreamRpc<Q, R> rpc;
    private final RpcMeter meter;
    private final Set<CallInterrupt> open;

    /** {@code open} holds the streams that run, so that a stopping server can end them. */
    StreamCall(String method, StreamRpc<Q, R> rpc, RpcMeter meter, Set<CallInterrupt> open) {
        this.method = method;
        this.rpc = rpc;
        this.meter = meter;
        this.open = open;
    }

    @Override
    public void invoke(Q request, StreamObserver<R> out) {
        PacedStream<R> paced = new PacedStream<>((ServerCallStreamObserver<R>) out);
        Thread.ofVirtual().name("stream " + method).start(Context.current().wrap(() -> send(request, paced)));
    }

    private void send(Q request, PacedStream<R> out) {
        RpcMeter.Call call = meter.begin(method);
        try {
            produce(request, out);
            call.end(Status.Code.OK, "");
            out.complete();
        } catch (Throwable failure) {
            FailureReply reply = FailureReply.of(method, request, failure);
            call.end(reply.status().getCode(), reply.kind());
            out.fail(reply.status());
        }
    }

    private void produce(Q request, PacedStream<R> out) throws InterruptedException {
        try (CallInterrupt watch = CallInterrupt.watch()) {
            open.add(watch);
            try {
                rpc.call(request, out);
            } finally {
                open.remove(watch);
            }
        }
    }
}
