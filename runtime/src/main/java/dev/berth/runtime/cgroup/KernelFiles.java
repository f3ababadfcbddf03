package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link CgroupFiles} by system calls, so that every failure has its error number. */
final class KernelFiles implements CgroupFiles {
    /** The longest file is cgroup.procs: this is room for two million processes. */
    private static final int MOST_BYTES = 16 << 20;

    private static final int CHUNK = 8 << 10;
    private final Kernel kernel;

    KernelFiles(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public @Nullable String read(Path file) {
        int fd;
        try {
            fd = kernel.openat(Kernel.AT_FDCWD, file.toString(), Kernel.O_RDONLY, 0);
        } catch (KernelFailure failure) {
            return missing(failure);
        }
        try {
            return readAll(fd).stripTrailing();
        } catch (KernelFailure failure) {
            return missing(failure);
        } finally {
            kernel.close(fd);
        }
    }

    /** ENODEV is what a file of a cgroup says that was removed while the file was open. */
    private static @Nullable String missing(KernelFailure failure) {
        if (failure.is(Errno.ENOENT) || failure.is(Errno.ENODEV) || failure.is(Errno.ENOTDIR)) {
            return null;
        }
        throw failure;
    }

    private String readAll(int fd) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int n = kernel.read(fd, chunk, 0, CHUNK); n > 0; n = kernel.read(fd, chunk, 0, CHUNK)) {
            out.write(chunk, 0, n);
            if (out.size() > MOST_BYTES) {
                throw CgroupFailure.kernel("A cgroup file is longer than %d bytes.".formatted(MOST_BYTES), null);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void write(Path file, String text) {
        int fd = kernel.openat(Kernel.AT_FDCWD, file.toString(), Kernel.O_WRONLY, 0);
        try {
            // An empty value still has to reach the kernel, hence the line break.
            byte[] bytes = (text.isEmpty() ? "\n" : text).getBytes(StandardCharsets.UTF_8);
            kernel.write(fd, bytes, 0, bytes.length);
        } finally {
            kernel.close(fd);
        }
    }

    @Override
    public boolean mkdir(Path directory) {
        try {
            kernel.mkdirat(Kernel.AT_FDCWD, directory.toString(), 0755);
            return true;
        } catch (KernelFailure failure) {
            if (failure.is(Errno.EEXIST)) {
                return false;
            }
            throw failure;
        }
    }

    @Override
    public boolean rmdir(Path directory) {
        try {
            kernel.unlinkat(Kernel.AT_FDCWD, directory.toString(), Kernel.AT_REMOVEDIR);
            return true;
        } catch (KernelFailure failure) {
            if (failure.is(Errno.ENOENT)) {
                return false;
            }
            throw failure;
        }
    }

    @Override
    public List<Path> children(Path directory) {
        List<Path> found = new ArrayList<>();
        try {
            // A directory has two links and one more per directory in it, which saves looking at each file of a leaf.
            if (kernel.fstatat(Kernel.AT_FDCWD, directory.toString(), 0).links() == 2) {
                return found;
            }
            int fd = kernel.openat(Kernel.AT_FDCWD, directory.toString(), Kernel.O_RDONLY | Kernel.O_DIRECTORY, 0);
            try {
                for (String name : kernel.getdents(fd)) {
                    if (kernel.fstatat(fd, name, Kernel.AT_SYMLINK_NOFOLLOW).isDirectory()) {
                        found.add(directory.resolve(name));
                    }
                }
            } finally {
                kernel.close(fd);
            }
        } catch (KernelFailure failure) {
            missing(failure);
        }
        return found;
    }

    @Override
    public boolean exists(Path file) {
        try {
            kernel.fstatat(Kernel.AT_FDCWD, file.toString(), 0);
            return true;
        } catch (KernelFailure failure) {
            missing(failure);
            return false;
        }
    }
}
