package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;

/** Sets of mount attributes that belong together. */
public final class MountFlags {
    /** nosuid, nodev, noexec. */
    public static final long INERT = Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NODEV | Kernel.MOUNT_ATTR_NOEXEC;

    static final long READ_ONLY = Kernel.MOUNT_ATTR_RDONLY;

    private MountFlags() {}
}
