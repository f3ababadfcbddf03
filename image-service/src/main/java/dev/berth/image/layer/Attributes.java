package dev.berth.image.layer;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.util.Map;

/** Puts owner, mode, extended attributes and time of an entry on a file, in the order that keeps setuid bits and capabilities. */
final class Attributes {
    private static final String CAPABILITY = "security.capability";
    private static final String ACL = "system.posix_acl_";
    private static final String USER = "user.";
    private static final String USER_OVERLAY = "user.overlay.";

    private final Kernel kernel;

    Attributes(Kernel kernel) {
        this.kernel = kernel;
    }

    /** An open file or directory that is also {@code directory/name}. */
    void set(int fd, int directory, String name, TarEntry entry) {
        if (entry.uid() != 0 || entry.gid() != 0) {
            kernel.fchownat(fd, "", entry.uid(), entry.gid(), Kernel.AT_EMPTY_PATH);
        }
        kernel.fchmod(fd, entry.mode());
        xattrs(directory, name, entry.xattrs());
        time(directory, name, entry);
    }

    /** A device or fifo: opening it would have effects, so it is named. */
    void setNode(int directory, String name, TarEntry entry) {
        owner(directory, name, entry);
        // Not a link: it was made a moment ago, in a directory that nobody else can reach.
        kernel.fchmodat(directory, name, entry.mode());
        xattrs(directory, name, entry.xattrs());
        time(directory, name, entry);
    }

    void setLink(int directory, String name, TarEntry entry) {
        owner(directory, name, entry);
        xattrs(directory, name, entry.xattrs());
        time(directory, name, entry);
    }

    private void owner(int directory, String name, TarEntry entry) {
        if (entry.uid() != 0 || entry.gid() != 0) {
            kernel.fchownat(directory, name, entry.uid(), entry.gid(), Kernel.AT_SYMLINK_NOFOLLOW);
        }
    }

    private void time(int directory, String name, TarEntry entry) {
        kernel.utimensat(directory, name, entry.seconds(), entry.nanoseconds(), Kernel.AT_SYMLINK_NOFOLLOW);
    }

    private void xattrs(int directory, String name, Map<String, byte[]> xattrs) {
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            if (isTaken(xattr.getKey())) {
                xattr(directory, name, xattr.getKey(), xattr.getValue());
            }
        }
    }

    /**
     * Attributes that belong to files. Those that steer overlay, the host's security modules or the trusted namespace are the
     * host's own and never come from an image.
     */
    private static boolean isTaken(String name) {
        return name.equals(CAPABILITY)
                || name.startsWith(ACL)
                || (name.startsWith(USER) && !name.startsWith(USER_OVERLAY));
    }

    private void xattr(int directory, String name, String key, byte[] value) {
        try {
            kernel.lsetxattr(directory, name, key, value);
        } catch (KernelFailure e) {
            // user.* exists on files and directories only, and ACLs not on every filesystem.
            boolean optional = !key.equals(CAPABILITY);
            if (!optional || !(e.is(Errno.EOPNOTSUPP) || e.is(Errno.EPERM))) {
                throw e;
            }
        }
    }
}
