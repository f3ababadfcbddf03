package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The directories of a layer that is being unpacked, by descriptor. Every lookup starts at the layer's root and cannot leave it:
 * links, absolute ones too, are resolved as if the root were {@code /}. A few descriptors are kept, since a tar names the files
 * of a directory one after another.
 */
final class Directories implements AutoCloseable {
    static final long BENEATH = Kernel.RESOLVE_IN_ROOT | Kernel.RESOLVE_NO_MAGICLINKS;

    private static final int KEPT = 16;
    private static final int FLAGS = Kernel.O_PATH | Kernel.O_DIRECTORY;

    private final Kernel kernel;
    private final int root;
    private final String what;
    private final Map<String, Integer> open = new LinkedHashMap<>(32, 0.75f, true);
    private final NavigableSet<String> implied = new TreeSet<>();

    Directories(Kernel kernel, int root, String what) {
        this.kernel = kernel;
        this.root = root;
        this.what = what;
    }

    /** The descriptor of a directory, made with its parents where absent. It is valid until the next call of this object. */
    int open(String path) {
        if (path.isEmpty()) {
            return root;
        }
        Integer known = open.get(path);
        if (known != null) {
            return known;
        }
        try {
            return keep(path, kernel.openat2(root, path, FLAGS, 0, BENEATH));
        } catch (KernelFailure e) {
            if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR)) {
                throw e;
            }
        }
        make(path);
        return keep(path, kernel.openat2(root, path, FLAGS, 0, BENEATH));
    }

    private int keep(String path, int fd) {
        if (open.size() >= KEPT) {
            Iterator<Integer> eldest = open.values().iterator();
            kernel.close(eldest.next());
            eldest.remove();
        }
        open.put(path, fd);
        return fd;
    }

    private void make(String path) {
        int slash = path.lastIndexOf('/');
        int parent = open(slash < 0 ? "" : path.substring(0, slash));
        String name = path.substring(slash + 1);
        try {
            kernel.mkdirat(parent, name, 0700);
            implied.add(path);
        } catch (KernelFailure e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            replace(parent, name, path);
        }
    }

    /** Something that is no directory is in the way: only a whiteout gives way, to a directory that hides what is below. */
    private void replace(int parent, String name, String path) {
        Stat stat = kernel.fstatat(parent, name, Kernel.AT_SYMLINK_NOFOLLOW);
        if (!Overlay.isWhiteout(stat)) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s has an entry beneath \"%s\", which is not a directory".formatted(what, path));
        }
        kernel.unlinkat(parent, name, 0);
        kernel.mkdirat(parent, name, 0700);
        implied.add(path);
        int fd = kernel.openat2(root, path, FLAGS, 0, BENEATH);
        try {
            Overlay.makeOpaque(kernel, fd);
        } finally {
            kernel.close(fd);
        }
    }

    /** Notes that the archive has an entry of its own for a directory. */
    void explain(String path) {
        implied.remove(path);
    }

    /** Forgets descriptors, because a directory or a link was taken away. */
    void forget(String gone) {
        implied.remove(gone);
        implied.subSet(gone + "/", gone + "0").clear();
        close();
    }

    /** Directories that exist only because something is in them; parents come first. */
    Set<String> implied() {
        return implied;
    }

    @Override
    public void close() {
        open.values().forEach(kernel::close);
        open.clear();
    }
}
