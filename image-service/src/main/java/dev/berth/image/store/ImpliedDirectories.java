package dev.berth.image.store;

import dev.berth.image.layer.Overlay;
import dev.berth.image.layer.Tree;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Directories that a layer's archive has no entry for, only files in them. The layer was unpacked on its own, so they hide what the
 * layers beneath say of the same path: a directory there lends its owner and mode, and where there is a link to a directory
 * the files move to where it points.
 */
final class ImpliedDirectories {
    private static final int DIRECTORY = Kernel.O_RDONLY | Kernel.O_DIRECTORY;
    private static final int MOST_DEPTH = 128;

    private final Kernel kernel;
    private final int files;
    private final int scratch;
    private final MergedView lower;
    private final Map<String, String> moved = new HashMap<>();

    /**
     * @param files the layer
     * @param scratch a directory of our own beside it
     * @param lower the layers beneath
     */
    ImpliedDirectories(Kernel kernel, int files, int scratch, MergedView lower) {
        this.kernel = kernel;
        this.files = files;
        this.scratch = scratch;
        this.lower = lower;
    }

    /** @param paths parents first */
    void settle(List<String> paths) {
        for (String path : paths) {
            settle(now(path));
        }
    }

    /** Where a path is after its parents may have moved. */
    private String now(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            String to = moved.get(path.substring(0, slash));
            if (to != null) {
                return to + path.substring(slash);
            }
        }
        return path;
    }

    private void settle(String path) {
        MergedView.Found beneath = lower.find(path, false);
        if (beneath == null) {
            return;
        }
        if (beneath.stat().isDirectory()) {
            lend(path, beneath.stat());
            return;
        }
        MergedView.Found target = beneath.stat().isSymlink() ? lower.find(path, true) : null;
        if (target != null && target.stat().isDirectory() && !target.path().equals(path)) {
            move(path, target);
        }
    }

    private void move(String path, MergedView.Found target) {
        boolean known = exists(target.path());
        makeParents(target.path());
        merge(path, target.path(), 0);
        moved.put(path, target.path());
        if (!known) {
            lend(target.path(), target.stat());
        }
    }

    private boolean exists(String path) {
        try (Fd directory = open(path)) {
            return directory != null;
        }
    }

    private void lend(String path, Stat stat) {
        try (Fd directory = open(path)) {
            if (directory != null) {
                kernel.fchownat(directory.number(), "", stat.uid(), stat.gid(), Kernel.AT_EMPTY_PATH);
                kernel.fchmod(directory.number(), stat.mode() & 07777);
            }
        }
    }

    private @Nullable Fd open(String path) {
        try {
            long resolve = Kernel.RESOLVE_IN_ROOT | Kernel.RESOLVE_NO_MAGICLINKS;
            return new Fd(kernel, kernel.openat2(files, path.isEmpty() ? "." : path, DIRECTORY, 0, resolve));
        } catch (KernelFailure e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
                return null;
            }
            throw e;
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void makeParents(String path) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            makeLike(path.substring(0, slash));
        }
    }

    private void makeLike(String path) {
        try (Fd parent = open(parent(path))) {
            if (parent != null && Overlay.lstat(kernel, parent.number(), name(path)) == null) {
                kernel.mkdirat(parent.number(), name(path), 0755);
                MergedView.Found beneath = lower.find(path, false);
                if (beneath != null && beneath.stat().isDirectory()) {
                    lend(path, beneath.stat());
                }
            }
        }
    }

    /** Moves a directory of the layer to another path; where both have something of one name, what is there already stays. */
    private void merge(String from, String to, int depth) {
        try (Fd source = open(parent(from));
                Fd target = open(parent(to))) {
            if (source == null || target == null) {
                return;
            }
            Stat there = Overlay.lstat(kernel, target.number(), name(to));
            if (there == null) {
                kernel.renameat(source.number(), name(from), target.number(), name(to));
                return;
            }
            if (there.isDirectory() && depth < MOST_DEPTH) {
                children(from).forEach(child -> merge(from + "/" + child, to + "/" + child, depth + 1));
            }
            Tree.remove(kernel, scratch, source.number(), name(from));
        }
    }

    private List<String> children(String path) {
        try (Fd directory = open(path)) {
            return directory == null ? List.of() : kernel.getdents(directory.number());
        }
    }
}
