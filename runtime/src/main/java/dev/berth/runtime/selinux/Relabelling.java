package dev.berth.runtime.selinux;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gives a file, or a directory and all beneath it, one label. Names are looked up one at a time below a descriptor, no link is
 * followed and no other mount is entered, so whoever writes there meanwhile leads the walk nowhere else.
 */
public final class Relabelling {
    /** The extended attribute that holds a file's label. */
    public static final String ATTRIBUTE = "security.selinux";

    private static final int DEEPEST = 1000;
    private static final int PINNED = Kernel.O_PATH | Kernel.O_NOFOLLOW;
    private static final long STAY = Kernel.RESOLVE_BENEATH | Kernel.RESOLVE_NO_SYMLINKS | Kernel.RESOLVE_NO_XDEV;

    private final Kernel kernel;
    private final byte[] label;

    private Relabelling(Kernel kernel, Label label) {
        this.kernel = kernel;
        this.label = label.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Labels what {@code top} is open on, also with O_PATH, at last. A file system that keeps no labels is left as it is.
     *
     * @throws IllegalArgumentException when directories are nested too deeply
     */
    public static void of(Kernel kernel, int top, Label label) {
        Relabelling relabelling = new Relabelling(kernel, label);
        try {
            relabelling.tree(top, 0);
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.EOPNOTSUPP)) {
                throw failure;
            }
        }
    }

    private void tree(int fd, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("directories are nested more than %d deep".formatted(DEEPEST));
        }
        if (kernel.fstatat(fd, "", Kernel.AT_EMPTY_PATH).isDirectory()) {
            try (Fd directory = new Fd(kernel, kernel.openat(fd, ".", Kernel.O_RDONLY | Kernel.O_DIRECTORY, 0))) {
                kernel.getdents(directory.number()).forEach(name -> child(directory.number(), name, depth));
            }
        }
        if (!Arrays.equals(kernel.fgetxattr(fd, ATTRIBUTE), label)) {
            kernel.fsetxattr(fd, ATTRIBUTE, label);
        }
    }

    private void child(int directory, String name, int depth) {
        try (Fd child = new Fd(kernel, kernel.openat2(directory, name, PINNED, 0, STAY))) {
            tree(child.number(), depth + 1);
        } catch (KernelFailure failure) {
            boolean removed = failure.is(Errno.ENOENT);
            boolean mountPoint = failure.is(Errno.EXDEV);
            if (!removed && !mountPoint) {
                throw failure;
            }
        }
    }
}
