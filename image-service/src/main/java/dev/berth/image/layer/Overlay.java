package dev.berth.image.layer;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;
import org.jspecify.annotations.Nullable;

/** What overlayfs means by a whiteout and by an opaque directory, and how OCI layers spell them. */
public final class Overlay {
    /** Starts the name of a file that stands for the absence of another one, in a tar. */
    static final String WHITEOUT = ".wh.";

    /** Stands in a tar for: nothing of this directory is seen from below. */
    static final String OPAQUE = ".wh..wh..opq";

    /** Starts names that aufs kept for itself. */
    static final String AUFS = ".wh..wh.";

    private static final String OPAQUE_XATTR = "trusted.overlay.opaque";
    private static final byte[] YES = {'y'};

    private Overlay() {}

    /** Whether a file is overlay's whiteout: a character device 0:0. */
    public static boolean isWhiteout(Stat stat) {
        return stat.type() == Stat.S_IFCHR && stat.rdev() == 0;
    }

    /** Whether an open directory (not O_PATH) hides what is below it. */
    public static boolean isOpaque(Kernel kernel, int directory) {
        byte[] value = kernel.fgetxattr(directory, OPAQUE_XATTR);
        return value.length == 1 && value[0] == 'y';
    }

    static void makeWhiteout(Kernel kernel, int directory, String name) {
        kernel.mknodat(directory, name, Stat.S_IFCHR, 0);
    }

    static void makeOpaque(Kernel kernel, int directory) {
        kernel.lsetxattr(directory, ".", OPAQUE_XATTR, YES);
    }

    /** What is at a name itself, links not followed; null when there is nothing. */
    public static @Nullable Stat lstat(Kernel kernel, int directory, String name) {
        try {
            return kernel.fstatat(directory, name, Kernel.AT_SYMLINK_NOFOLLOW);
        } catch (KernelFailure e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return null;
            }
            throw e;
        }
    }
}
