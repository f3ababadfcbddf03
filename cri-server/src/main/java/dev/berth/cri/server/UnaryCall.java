package dev.berth.cri.server;

import dev.berth.cri.metrics.RpcMeter;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** Runs a unary RPC on the call's own virtual thread. */
final class UnaryCall<Q, R> implements ServerCalls.UnaryMethod<Q, R> {
    private final String method;
    private final Rpc<Q, R> rpc;
    private final RpcMeter meter;

    UnaryCall(String method, Rpc<Q, R> rpc, RpcMeter meter) {
        this.method = method;
        this.rpc = rpc;
        this.meter = meter;
    }

    @Override
    public void invoke(Q request, StreamObserver<R> out) {
        // With a handler set, an answer to a client that is gone is dropped instead of throwing.
        ((ServerCallStreamObserver<R>) out).setOnCancelHandler(() -> {});
        RpcMeter.Call call = meter.begin(method);
        try {
            R reply = answer(request);
            call.end(Status.Code.OK, "");
            out.onNext(reply);
            out.onCompleted();
        } catch (Throwable failure) {
            FailureReply reply = FailureReply.of(method, request, failure);
            call.end(reply.status().getCode(), reply.kind());
            out.onError(reply.status().asRuntimeException());
        }
    }

    private R answer(Q request) throws InterruptedException {
        try (CallInterrupt _ = CallInterrupt.watch()) {
            return rpc.call(request);
        }
    }
}
