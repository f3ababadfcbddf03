package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cgroup whose usage is read again and again: each file is opened once and read by one pread(2) from then on, and one that the
 * kernel does not have is not asked for again. At most a dozen descriptors. Used by one thread at a time.
 */
public final class OpenCgroup implements CgroupValues, AutoCloseable {
    /** More than any file of usage holds; each is one record, which the kernel gives in one read. */
    private static final int LONGEST = 16 << 10;

    private static final int MISSING = -1;

    private final Kernel kernel;
    private final Cgroup cgroup;
    private final Map<String, Integer> files = new HashMap<>();
    private byte[] buffer = new byte[0];

    OpenCgroup(Kernel kernel, Cgroup cgroup) {
        this.kernel = kernel;
        this.cgroup = cgroup;
    }

    /** What the cgroup uses now, without {@link CgroupStats.Detail#ALL}. */
    public CgroupStats usage() {
        buffer = new byte[LONGEST];
        try {
            return CgroupStats.read(this, CgroupStats.Detail.USAGE);
        } finally {
            buffer = new byte[0];
        }
    }

    @Override
    public @Nullable String read(String controller, String file) {
        int fd = files.computeIfAbsent(controller + "/" + file, _ -> open(controller, file));
        if (fd == MISSING) {
            return null;
        }
        try {
            int got = kernel.pread(fd, buffer, 0, buffer.length, 0);
            return new String(buffer, 0, got, StandardCharsets.UTF_8).stripTrailing();
        } catch (KernelFailure failure) {
            requireGone(failure);
            return null;
        }
    }

    private int open(String controller, String file) {
        Path directory = cgroup.directory(controller);
        if (directory == null) {
            return MISSING;
        }
        try {
            return kernel.openat(Kernel.AT_FDCWD, directory.resolve(file).toString(), Kernel.O_RDONLY, 0);
        } catch (KernelFailure failure) {
            requireGone(failure);
            return MISSING;
        }
    }

    /** ENODEV is what a file says whose cgroup was removed while it was open. EOPNOTSUPP is pressure that was switched off. */
    private static void requireGone(KernelFailure failure) {
        if (!failure.is(Errno.ENOENT)
                && !failure.is(Errno.ENODEV)
                && !failure.is(Errno.ENOTDIR)
                && !failure.is(Errno.EOPNOTSUPP)) {
            throw failure;
        }
    }

    @Override
    public void close() {
        files.values().stream().filter(fd -> fd != MISSING).forEach(kernel::close);
        files.clear();
    }
}
