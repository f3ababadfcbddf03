package dev.berth.image.pull;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.store.Image;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Runs every pull once, however many ask for it at the same time: those who come later wait for the one that is under way. It runs
 * on a thread of its own, so that a caller who gives up takes nothing from the others; when the last one gives up it is stopped.
 */
final class SharedPulls<K> implements AutoCloseable {
    private static final class Run {
        final CompletableFuture<Image> result = new CompletableFuture<>();
        final Broadcast progress = new Broadcast();
        int waiting;
        Thread thread = Thread.currentThread();
    }

    private final Map<K, Run> running = new HashMap<>();
    private boolean closed;

    /**
     * Waits for the pull with this key, starting it when there is none.
     *
     * @param work the pull itself
     */
    Image run(K key, PullProgress progress, Function<PullProgress, Image> work) {
        Run run = join(key, progress, work);
        try {
            return run.result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(ImageFailure.Kind.CANCELLED, key + ": the caller gave up", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ImageFailure failure
                    ? failure.again()
                    : new ImageFailure(ImageFailure.Kind.INTERNAL, key + ": " + e.getCause(), e);
        } finally {
            leave(key, run);
        }
    }

    private synchronized Run join(K key, PullProgress progress, Function<PullProgress, Image> work) {
        if (closed) {
            throw new ImageFailure(ImageFailure.Kind.CANCELLED, key + ": the image service is shutting down");
        }
        Run run = running.get(key);
        if (run == null) {
            run = new Run();
            running.put(key, run);
            start(key, run, work);
        }
        run.waiting++;
        run.progress.add(progress);
        return run;
    }

    private void start(K key, Run run, Function<PullProgress, Image> work) {
        run.thread = Thread.ofPlatform().daemon().name("pull").unstarted(() -> {
            try {
                Image image = work.apply(run.progress);
                forget(key, run);
                run.result.complete(image);
            } catch (Throwable e) {
                forget(key, run);
                run.result.completeExceptionally(e);
            }
        });
        run.thread.start();
    }

    private synchronized void forget(K key, Run run) {
        running.remove(key, run);
    }

    private synchronized void leave(K key, Run run) {
        run.waiting--;
        if (run.waiting == 0 && !run.result.isDone()) {
            running.remove(key, run);
            run.thread.interrupt();
        }
    }

    /** Stops what runs and waits until it has cleaned up. */
    @Override
    public void close() {
        List<Thread> threads = new ArrayList<>();
        synchronized (this) {
            closed = true;
            running.values().forEach(run -> threads.add(run.thread));
        }
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
