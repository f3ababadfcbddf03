package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.runtime.kernel.Kernel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mount options that a mount may carry, as attributes for mount_setattr. They only take away: an option such as exec, which could
 * undo what the node's own mount forbids, is refused.
 *
 * @param set attributes to set
 * @param clear attributes to clear before
 */
record MountOptions(long set, long clear) {
    private static final Map<String, MountOptions> KNOWN = new TreeMap<>(Map.of(
            "ro", new MountOptions(Kernel.MOUNT_ATTR_RDONLY, 0),
            "nosuid", new MountOptions(Kernel.MOUNT_ATTR_NOSUID, 0),
            "nodev", new MountOptions(Kernel.MOUNT_ATTR_NODEV, 0),
            "noexec", new MountOptions(Kernel.MOUNT_ATTR_NOEXEC, 0),
            "nosymfollow", new MountOptions(Kernel.MOUNT_ATTR_NOSYMFOLLOW, 0),
            "nodiratime", new MountOptions(Kernel.MOUNT_ATTR_NODIRATIME, 0),
            "noatime", new MountOptions(Kernel.MOUNT_ATTR_NOATIME, Kernel.MOUNT_ATTR_ATIME),
            "relatime", new MountOptions(0, Kernel.MOUNT_ATTR_ATIME),
            "strictatime", new MountOptions(Kernel.MOUNT_ATTR_STRICTATIME, Kernel.MOUNT_ATTR_ATIME)));
    private static final List<String> ACCESS_TIMES = List.of("noatime", "relatime", "strictatime");

    /** @throws CriFailure INVALID naming an option that is not known, or two that contradict each other */
    static MountOptions of(Mount mount) {
        long set = 0;
        long clear = 0;
        for (String option : mount.getMountOptionsList()) {
            MountOptions known = KNOWN.get(option);
            if (known == null) {
                throw CriFailure.invalid("the mount option %s on %s is not known; known are %s"
                        .formatted(option, mount.getContainerPath(), String.join(", ", KNOWN.keySet())));
            }
            set |= known.set();
            clear |= known.clear();
        }
        if (mount.getMountOptionsList().stream()
                        .distinct()
                        .filter(ACCESS_TIMES::contains)
                        .count()
                > 1) {
            throw CriFailure.invalid("the mount options on %s ask for more than one of %s"
                    .formatted(mount.getContainerPath(), String.join(", ", ACCESS_TIMES)));
        }
        return new MountOptions(set, clear);
    }

    /** Sets them on the top of a detached tree. */
    void apply(Kernel kernel, int mount) {
        if (set != 0 || clear != 0) {
            kernel.mountSetattr(mount, false, set, clear, 0, 0);
        }
    }
}
