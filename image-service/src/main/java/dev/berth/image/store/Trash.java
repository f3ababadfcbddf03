package dev.berth.image.store;

import dev.berth.runtime.kernel.KernelFailure;
import java.util.concurrent.ConcurrentLinkedQueue;
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

    /** Deletes what was taken; what cannot be deleted is tried again at the next start. */
    void empty() {
        String name;
        while ((name = waiting.poll()) != null) {
            try {
                folder.removeTree(name);
            } catch (KernelFailure e) {
                LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted yet: {1}", name, e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        folder.close();
    }
}
