package dev.berth.cri.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Sends messages only as fast as the client reads: what is buffered for one stream stays bounded. */
final class PacedStream<R> implements Consumer<R> {
    private final ServerCallStreamObserver<R> out;
    private final Semaphore wake = new Semaphore(0);

    /** Must be made before the RPC's method returns to gRPC, which accepts no handlers after that. */
    PacedStream(ServerCallStreamObserver<R> out) {
        this.out = out;
        out.setOnReadyHandler(wake::release);
        out.setOnCancelHandler(wake::release);
    }

    @Override
    public void accept(R message) {
        try {
            while (!out.isReady() && !out.isCancelled()) {
                wake.acquire();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new StreamClosed("The stream was ended while it waited for its client to read.");
        }
        if (out.isCancelled() || Thread.currentThread().isInterrupted()) {
            throw new StreamClosed("The client of the stream is gone.");
        }
        out.onNext(message);
    }

    void complete() {
        out.onCompleted();
    }

    void fail(Status status) {
        out.onError(status.asRuntimeException());
    }
}
