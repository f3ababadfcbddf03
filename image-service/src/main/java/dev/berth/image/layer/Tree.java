package dev.berth.image.layer;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Removes directory trees of any depth by descriptor, without following a link. What lies too deep is first moved up, so that
 * neither the stack nor the number of descriptors grows with what is removed.
 */
public final class Tree {
    private static final int DEEPEST = 48;

    private final Kernel kernel;
    private final int top;
    private final Deque<String> moved = new ArrayDeque<>();
    private long sequence;

    private Tree(Kernel kernel, int top) {
        this.kernel = kernel;
        this.top = top;
    }

    /**
     * Removes {@code dir/name} and all beneath it; what is absent is removed already.
     *
     * @param top a directory on the same filesystem for what lies too deep, with no names of its own like {@code .deep-1}
     */
    public static void remove(Kernel kernel, int top, int dir, String name) {
        Tree tree = new Tree(kernel, top);
        tree.remove(dir, name, 0);
        String next;
        while ((next = tree.moved.poll()) != null) {
            tree.remove(top, next, 0);
        }
    }

    private void remove(int dir, String name, int depth) {
        if (gone(dir, name, 0) || gone(dir, name, Kernel.AT_REMOVEDIR)) {
            return;
        }
        if (depth >= DEEPEST) {
            String up = ".deep-%d-%d".formatted(System.nanoTime(), sequence++);
            kernel.renameat(dir, name, top, up);
            moved.add(up);
            return;
        }
        int flags = Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_NOFOLLOW;
        try (Fd inside = new Fd(kernel, kernel.openat(dir, name, flags, 0))) {
            for (String child : kernel.getdents(inside.number())) {
                remove(inside.number(), child, depth + 1);
            }
        }
        kernel.unlinkat(dir, name, Kernel.AT_REMOVEDIR);
    }

    /** Whether one unlinkat was enough; false for a directory that needs more. */
    private boolean gone(int dir, String name, int flags) {
        try {
            kernel.unlinkat(dir, name, flags);
            return true;
        } catch (KernelFailure e) {
            if (e.is(Errno.ENOENT)) {
                return true;
            }
            if (e.is(Errno.EISDIR) || e.is(Errno.ENOTEMPTY) || e.is(Errno.EEXIST)) {
                return false;
            }
            throw e;
        }
    }
}
