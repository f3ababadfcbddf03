package dev.berth.cri.record;

import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Operations by key, each running once however many ask for it. An operation has a thread of its own: a caller that goes away
 * abandons the wait, not the operation.
 *
 * @param <K> what makes two requests the same
 * @param <R> the result that all callers share
 */
public final class InFlight<K, R> {
    /** An operation; it may block. */
    @FunctionalInterface
    public interface Operation<R> {
        R run() throws InterruptedException;
    }

    private final Map<K, CompletableFuture<R>> running = new ConcurrentHashMap<>();

    /** Joins the operation under {@code key}, or starts it. */
    public R join(K key, Operation<R> operation) throws InterruptedException {
        CompletableFuture<R> mine = new CompletableFuture<>();
        CompletableFuture<R> other = running.putIfAbsent(key, mine);
        if (other != null) {
            return await(other);
        }
        Thread.ofVirtual().name("operation").start(() -> complete(key, mine, operation));
        return await(mine);
    }

    private void complete(K key, CompletableFuture<R> result, Operation<R> operation) {
        try {
            R value = operation.run();
            running.remove(key);
            result.complete(value);
        } catch (InterruptedException | RuntimeException | Error failure) {
            running.remove(key);
            result.completeExceptionally(failure);
        }
    }

    private static <R> R await(CompletableFuture<R> result) throws InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                case InterruptedException interrupted -> throw interrupted;
                case null, default -> throw new CancellationException("the operation ended without a result");
            }
        }
    }
}
