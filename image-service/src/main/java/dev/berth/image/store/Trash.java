package dev.berth.image.store;

import dev.berth.runtime.kernel.KernelFailure;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where things go first when they are removed, and where they are put together before they appear: whatever is in it after a
 * crash was meant to vanish.
 */
final class Trash implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trash.class.getName());

    private final Folder folder;
    private final AtomicLong sequence = new AtomicLong();
    private final ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean sweeping;
    private final ExecutorService sweeper = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("image-sweep").factory());

    Trash(Folder folder) {
        this.folder = folder;
        waiting.addAll(folder.names());
    }

    /** Moves something here, which makes it vanish from where it was at once; {@link #empty} does the slow rest. */
    void take(Folder from, String name) {
        if (from.has(name)) {
            String here = unique(name);
            from.move(name, folder, here);
            waiting.add(here);
        }
    }

    private String unique(String name) {
        return "%d-%d-%s".formatted(System.nanoTime(), sequence.incrementAndGet(), name);
    }

    /** A new directory to be filled and moved away. */
    String makeRoom(String name) {
        String here = unique(name);
        folder.child(here).close();
        return here;
    }

    Folder folder() {
        return folder;
    }

    /**
     * Deletes what was taken, on a thread of its own since that can take long, and waits for it. An interrupt ends the wait, not the
     * deletion; what cannot be deleted is tried again at the next start.
     */
    void empty() {
        // In this order: a name leaves the queue only after the sweep has said that it is at work.
        if (waiting.isEmpty() && !sweeping) {
            return;
        }
        try {
            sweeper.submit(this::sweep).get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | RejectedExecutionException e) {
            LOG.log(System.Logger.Level.WARNING, "deleting what was removed has to wait for the next start", e);
        }
    }

    /** Deletes what was taken, some time soon. */
    void emptyLater() {
        sweeper.execute(this::sweep);
    }

    private void sweep() {
        sweeping = true;
        try {
            sweepAll();
        } finally {
            sweeping = false;
        }
    }

    private void sweepAll() {
        String name;
        while ((name = waiting.poll()) != null) {
            try {
                folder.removeTree(name);
            } catch (KernelFailure e) {
                LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted yet: {1}", name, e.getMessage());
            }
        }
    }

    /** Waits for what is being deleted. */
    @Override
    public void close() {
        sweeper.close();
        folder.close();
    }
}
