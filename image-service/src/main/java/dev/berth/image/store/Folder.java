package dev.berth.image.store;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.layer.Tree;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A directory of the store, by descriptor: mode 0700, small files replaced as a whole. */
final class Folder implements AutoCloseable {
    private static final int DIRECTORY = Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_NOFOLLOW;
    private static final String TEMPORARY = ".new";

    private final Kernel kernel;
    private final Fd fd;

    private Folder(Kernel kernel, int fd) {
        this.kernel = kernel;
        this.fd = new Fd(kernel, fd);
    }

    /** Opens a directory, made with its parents where absent. */
    static Folder at(Kernel kernel, Path path) {
        Path parent = path.toAbsolutePath().getRoot();
        int fd = kernel.openat(Kernel.AT_FDCWD, parent.toString(), DIRECTORY, 0);
        for (Path component : path.toAbsolutePath().normalize()) {
            // Links above the store are the node's own business, such as a data disk linked into place.
            int next = child(kernel, fd, component.toString(), Kernel.O_RDONLY | Kernel.O_DIRECTORY);
            kernel.close(fd);
            fd = next;
        }
        kernel.fchmod(fd, 0700);
        return new Folder(kernel, fd);
    }

    private static int child(Kernel kernel, int fd, String name, int flags) {
        try {
            kernel.mkdirat(fd, name, 0700);
        } catch (KernelFailure e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        return kernel.openat(fd, name, flags, 0);
    }

    /** A directory in this one, made where absent. */
    Folder child(String name) {
        return new Folder(kernel, child(kernel, fd(), name, DIRECTORY));
    }

    int fd() {
        return fd.number();
    }

    List<String> names() {
        return kernel.getdents(fd());
    }

    boolean has(String name) {
        try {
            kernel.fstatat(fd(), name, Kernel.AT_SYMLINK_NOFOLLOW);
            return true;
        } catch (KernelFailure e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /** The bytes of a file; null when it is absent. */
    byte @Nullable [] read(String name, int longest) {
        int file;
        try {
            file = kernel.openat(fd(), name, Kernel.O_RDONLY | Kernel.O_NOFOLLOW | Kernel.O_NONBLOCK, 0);
        } catch (KernelFailure e) {
            if (e.is(Errno.ENOENT)) {
                return null;
            }
            throw e;
        }
        try (Fd open = new Fd(kernel, file)) {
            return readAll(kernel, open.number(), name, longest);
        }
    }

    /** All bytes of an open file; more than the longest is a failure. */
    static byte[] readAll(Kernel kernel, int file, String name, int longest) {
        byte[] bytes = new byte[Math.min(longest, 8192)];
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min((long) bytes.length * 2 + 1, longest + 1L));
            }
            int got = kernel.read(file, bytes, length, bytes.length - length);
            if (got == 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += got;
            if (length > longest) {
                throw new ImageFailure(ImageFailure.Kind.CORRUPT, "%s has more than %d bytes".formatted(name, longest));
            }
        }
    }

    /** Puts a file in place as a whole: after a crash it is the old one or the new one. */
    void replace(String name, byte[] bytes) {
        try (Fd file = create(name + TEMPORARY)) {
            kernel.write(file.number(), bytes, 0, bytes.length);
            kernel.fdatasync(file.number());
        }
        kernel.renameat(fd(), name + TEMPORARY, fd(), name);
    }

    /** Writes a file that a later syncfs makes durable. */
    void write(String name, byte[] bytes) {
        try (Fd file = create(name)) {
            kernel.write(file.number(), bytes, 0, bytes.length);
        }
    }

    private Fd create(String name) {
        int flags = Kernel.O_WRONLY | Kernel.O_CREAT | Kernel.O_TRUNC | Kernel.O_NOFOLLOW;
        return new Fd(kernel, kernel.openat(fd(), name, flags, 0600));
    }

    /** Makes durable which names this directory holds. */
    void sync() {
        kernel.fdatasync(fd());
    }

    /** Makes an empty file. */
    void touch(String name) {
        kernel.close(kernel.openat(fd(), name, Kernel.O_WRONLY | Kernel.O_CREAT | Kernel.O_NOFOLLOW, 0600));
    }

    void move(String name, Folder to, String newName) {
        kernel.renameat(fd(), name, to.fd(), newName);
    }

    void removeTree(String name) {
        Tree.remove(kernel, fd(), fd(), name);
    }

    void unlink(String name) {
        try {
            kernel.unlinkat(fd(), name, 0);
        } catch (KernelFailure e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
