package dev.berth.runtime.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work on a thread that leaves the rest of the process behind: what it changes ends with it, so nothing has to be put back. The
 * caller waits uninterruptibly, since what the work opens must not be lost.
 */
public final class ThreadApart {
    private ThreadApart() {}

    /** The work may change its working directory. */
    public static <T> T withOwnDirectory(Kernel kernel, Supplier<T> work) {
        return call(() -> {
            kernel.unshare(Kernel.CLONE_FS);
            return work.get();
        });
    }

    /** The work may mount and change its working directory; its mount table is a private copy of the node's. */
    public static <T> T withOwnMounts(Kernel kernel, Supplier<T> work) {
        return call(() -> {
            kernel.unshare(Kernel.CLONE_NEWNS);
            kernel.mount("none", "/", "none", Kernel.MS_REC | Kernel.MS_PRIVATE, "");
            return work.get();
        });
    }

    private static <T> T call(Supplier<T> work) {
        CompletableFuture<T> result = CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().name("berth-apart").start(task));
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
