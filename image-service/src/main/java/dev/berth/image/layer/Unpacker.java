package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the tar of one layer into a directory that overlay can use as it is. Later entries replace earlier ones; whiteouts hide
 * what is in other layers, never what this one brings. Directories stay private until the end, when they get what their
 * entries say.
 */
final class Unpacker implements AutoCloseable {
    private static final int MOST_DIRECTORIES = 500_000;
    private static final int BLOCK = 4096;
    private static final int NEW_FILE = Kernel.O_WRONLY | Kernel.O_CREAT | Kernel.O_EXCL | Kernel.O_NOFOLLOW;

    private final Kernel kernel;
    private final int scratch;
    private final int root;
    private final String what;
    private final Directories directories;
    private final Attributes attributes;
    private final NavigableMap<String, TarEntry> directoryEntries = new TreeMap<>();
    private final byte[] buffer = new byte[1 << 16];
    private int created = -1;
    private long bytes;
    private long inodes;

    /**
     * @param scratch a directory of our own on the same filesystem, beside the root
     * @param root the empty directory to unpack into
     * @param what names the layer in failures
     */
    Unpacker(Kernel kernel, int scratch, int root, String what) {
        this.kernel = kernel;
        this.scratch = scratch;
        this.root = root;
        this.what = what;
        this.directories = new Directories(kernel, root, what);
        this.attributes = new Attributes(kernel);
    }

    Unpacked unpack(TarReader tar) throws IOException {
        TarEntry entry;
        while ((entry = tar.next()) != null) {
            if (Thread.currentThread().isInterrupted()) {
                throw new ImageFailure(ImageFailure.Kind.CANCELLED, what + ": cancelled while unpacking");
            }
            put(entry, tar);
        }
        directoryEntries.forEach(this::finish);
        directories.implied().forEach(this::finishImplied);
        return new Unpacked(bytes, inodes + directories.implied().size(), List.copyOf(directories.implied()));
    }

    private void put(TarEntry entry, TarReader tar) throws IOException {
        EntryPath path = EntryPath.of(what, entry.path());
        try {
            if (path.name().startsWith(Overlay.WHITEOUT)) {
                whiteOut(path);
            } else if (path.isRoot()) {
                putRoot(entry);
            } else {
                putNew(entry, path, tar);
            }
        } catch (KernelFailure e) {
            throw failure(entry, e);
        }
    }

    private void putRoot(TarEntry entry) {
        if (entry.type() != TarEntry.Type.DIRECTORY) {
            throw corrupt("the entry \"%s\" stands for the root but is not a directory".formatted(entry.path()));
        }
        directoryEntries.put("", entry);
    }

    private void putNew(TarEntry entry, EntryPath path, TarReader tar) throws IOException {
        int directory = directories.open(path.parent());
        Stat existing = null;
        if (!make(entry, directory, path.name())) {
            existing = Overlay.lstat(kernel, directory, path.name());
            directory = makeRoom(entry, path, directory, existing);
        }
        switch (entry.type()) {
            case REGULAR -> content(entry, directory, path.name(), tar);
            case DIRECTORY -> directory(entry, path, existing);
            case SYMLINK -> attributes.setLink(directory, path.name(), entry);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> attributes.setNode(directory, path.name(), entry);
            case HARD_LINK -> {
                return;
            }
        }
        inodes++;
    }

    /** Clears the way for an entry and makes it; returns the parent's descriptor, which may be another one afterwards. */
    private int makeRoom(TarEntry entry, EntryPath path, int directory, @Nullable Stat existing) {
        boolean merges = existing != null && existing.isDirectory() && entry.type() == TarEntry.Type.DIRECTORY;
        if (merges || linksToItself(entry, path)) {
            return directory;
        }
        Tree.remove(kernel, scratch, directory, path.name());
        if (existing != null && (existing.isDirectory() || existing.isSymlink())) {
            String gone = path.whole();
            directories.forget(gone);
            directoryEntries.remove(gone);
            directoryEntries.subMap(gone + "/", gone + "0").clear();
        }
        int again = directories.open(path.parent());
        if (!make(entry, again, path.name())) {
            throw corrupt("the entry \"%s\" cannot replace what is there".formatted(entry.path()));
        }
        return again;
    }

    private boolean linksToItself(TarEntry entry, EntryPath path) {
        return entry.type() == TarEntry.Type.HARD_LINK
                && EntryPath.of(what, entry.linkPath()).equals(path);
    }

    /** Makes what an entry stands for; false when something of that name exists. */
    private boolean make(TarEntry entry, int directory, String name) {
        try {
            switch (entry.type()) {
                case REGULAR -> created = kernel.openat(directory, name, NEW_FILE, 0600);
                case DIRECTORY -> kernel.mkdirat(directory, name, 0700);
                case SYMLINK -> kernel.symlinkat(entry.linkPath(), directory, name);
                case HARD_LINK -> link(entry, directory, name);
                case CHARACTER_DEVICE -> kernel.mknodat(directory, name, Stat.S_IFCHR | 0600, entry.device());
                case BLOCK_DEVICE -> kernel.mknodat(directory, name, Stat.S_IFBLK | 0600, entry.device());
                case FIFO -> kernel.mknodat(directory, name, Stat.S_IFIFO | 0600, 0);
            }
            return true;
        } catch (KernelFailure e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            throw e;
        }
    }

    private void link(TarEntry entry, int directory, String name) {
        EntryPath target = EntryPath.of(what, entry.linkPath());
        int flags = Kernel.O_PATH | Kernel.O_DIRECTORY;
        String parent = target.parent().isEmpty() ? "." : target.parent();
        try (Fd from = new Fd(kernel, kernel.openat2(root, parent, flags, 0, Directories.BENEATH))) {
            kernel.linkat(from.number(), target.name(), directory, name, 0);
        } catch (KernelFailure e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.EPERM)) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "%s: \"%s\" is a hard link to \"%s\", which is no file of this layer"
                                .formatted(what, entry.path(), entry.linkPath()),
                        e);
            }
            throw e;
        }
    }

    private void content(TarEntry entry, int directory, String name, TarReader tar) throws IOException {
        try (Fd file = new Fd(kernel, created)) {
            int got;
            while ((got = tar.read(buffer, 0, buffer.length)) >= 0) {
                kernel.write(file.number(), buffer, 0, got);
            }
            attributes.set(file.number(), directory, name, entry);
        }
        bytes += (entry.size() + BLOCK - 1) / BLOCK * BLOCK;
    }

    private void directory(TarEntry entry, EntryPath path, @Nullable Stat existing) {
        String whole = path.whole();
        directories.explain(whole);
        if (existing != null && Overlay.isWhiteout(existing)) {
            Overlay.makeOpaque(kernel, directories.open(whole));
        }
        directoryEntries.put(whole, entry);
        if (directoryEntries.size() > MOST_DIRECTORIES) {
            throw corrupt("it has more than %d directories".formatted(MOST_DIRECTORIES));
        }
        bytes += BLOCK;
    }

    private void whiteOut(EntryPath path) {
        int directory = directories.open(path.parent());
        if (path.name().equals(Overlay.OPAQUE)) {
            Overlay.makeOpaque(kernel, directory);
            return;
        }
        if (path.name().startsWith(Overlay.AUFS)) {
            return;
        }
        String name = path.name().substring(Overlay.WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw corrupt("the whiteout \"%s\" names no file".formatted(path.whole()));
        }
        Stat existing = Overlay.lstat(kernel, directory, name);
        if (existing == null) {
            Overlay.makeWhiteout(kernel, directory, name);
            inodes++;
        } else if (existing.isDirectory()) {
            Overlay.makeOpaque(kernel, directories.open(new EntryPath(path.parent(), name).whole()));
        }
    }

    private void finish(String path, TarEntry entry) {
        int flags = Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_NOFOLLOW;
        try (Fd directory =
                new Fd(kernel, kernel.openat2(root, path.isEmpty() ? "." : path, flags, 0, Directories.BENEATH))) {
            attributes.set(directory.number(), directory.number(), ".", entry);
        } catch (KernelFailure e) {
            if (!isReplaced(e)) {
                throw failure(entry, e);
            }
        }
    }

    /** A directory may have been replaced under another name of its parent. */
    private static boolean isReplaced(KernelFailure e) {
        return e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP);
    }

    private void finishImplied(String path) {
        int flags = Kernel.O_RDONLY | Kernel.O_DIRECTORY;
        try (Fd directory = new Fd(kernel, kernel.openat2(root, path, flags, 0, Directories.BENEATH))) {
            kernel.fchmod(directory.number(), 0755);
            bytes += BLOCK;
        } catch (KernelFailure e) {
            if (!isReplaced(e)) {
                throw e;
            }
        }
    }

    private ImageFailure failure(TarEntry entry, KernelFailure e) {
        return KernelFailures.told("%s: \"%s\" cannot be unpacked".formatted(what, entry.path()), e);
    }

    private ImageFailure corrupt(String why) {
        return new ImageFailure(ImageFailure.Kind.CORRUPT, "%s: %s".formatted(what, why));
    }

    @Override
    public void close() {
        directories.close();
    }
}
