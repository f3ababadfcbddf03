package dev.berth.runtime.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work on a thread that leaves the rest of the process: with {@link Kernel#CLONE_FS} its working directory is its own, with
 * {@link Kernel#CLONE_NEWNS} its mounts are too. Both end with the thread, so nothing has to be put back.
 */
public final class ThreadApart {
    private ThreadApart() {}

    /**
     * Waits for the work, uninterruptibly: what it opens must not be lost.
     *
     * @param unshared flags of unshare(2)
     */
    public static <T> T call(Kernel kernel, long unshared, Supplier<T> work) {
        CompletableFuture<T> result = CompletableFuture.supplyAsync(
                () -> {
                    kernel.unshare(unshared);
                    return work.get();
                },
                task -> Thread.ofPlatform().name("berth-apart").start(task));
        try {
            return result.join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failure;
        }
    }
}
