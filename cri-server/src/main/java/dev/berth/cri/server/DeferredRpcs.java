package dev.berth.cri.server;

import dev.berth.cri.failure.CriFailure;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** RPCs that are answered once somebody brings their table: a call that comes earlier waits for it. */
public final class DeferredRpcs {
    private final CompletableFuture<RpcTable> ready = new CompletableFuture<>();

    /** Answers the calls that wait and all later ones from {@code table}. */
    public void complete(RpcTable table) {
        ready.complete(table);
    }

    /** Fails the calls that wait and all later ones. */
    public void fail(Throwable failure) {
        ready.completeExceptionally(failure);
    }

    /** Whether the table is there. */
    public boolean completed() {
        return ready.isDone() && !ready.isCompletedExceptionally();
    }

    /** A table of RPCs that wait. */
    public RpcTable table(List<MethodDescriptor<?, ?>> methods) {
        RpcTable.Builder table = RpcTable.builder();
        methods.forEach(method -> add(table, method));
        return table.build();
    }

    private <Q, R> void add(RpcTable.Builder table, MethodDescriptor<Q, R> method) {
        if (method.getType() == MethodDescriptor.MethodType.UNARY) {
            table.unary(method, request -> answer(method, request));
        } else {
            table.stream(method, (request, out) -> stream(method, request, out));
        }
    }

    private <Q, R> R answer(MethodDescriptor<Q, R> method, Q request) throws InterruptedException {
        try {
            return switch (ready.get().find(method)) {
                case RpcTable.Entry.Unary<Q, R> unary -> unary.rpc().call(request);
                case RpcTable.Entry.Stream<Q, R> _ -> throw missing(method);
                case null -> throw missing(method);
            };
        } catch (ExecutionException failure) {
            throw CriFailure.internal("Berth could not be brought up: " + failure.getCause(), failure);
        }
    }

    private <Q, R> void stream(MethodDescriptor<Q, R> method, Q request, Consumer<R> out) throws InterruptedException {
        try {
            switch (ready.get().find(method)) {
                case RpcTable.Entry.Stream<Q, R> stream -> stream.rpc().call(request, out);
                case RpcTable.Entry.Unary<Q, R> _ -> throw missing(method);
                case null -> throw missing(method);
            }
        } catch (ExecutionException failure) {
            throw CriFailure.internal("Berth could not be brought up: " + failure.getCause(), failure);
        }
    }

    private static CriFailure missing(MethodDescriptor<?, ?> method) {
        return new CriFailure(
                CriFailure.Kind.UNSUPPORTED, method.getBareMethodName() + " is not offered by this node", null);
    }
}
