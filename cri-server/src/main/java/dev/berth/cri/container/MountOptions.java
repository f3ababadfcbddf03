package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.runtime.kernel.Kernel;

/** The mount options that a mount may carry: noexec, nodev, nosuid. */
final class MountOptions {
    private MountOptions() {}

    static long attributes(Mount mount) {
        long attributes = 0;
        for (String option : mount.getMountOptionsList()) {
            attributes |= switch (option) {
                case "noexec" -> Kernel.MOUNT_ATTR_NOEXEC;
                case "nodev" -> Kernel.MOUNT_ATTR_NODEV;
                case "nosuid" -> Kernel.MOUNT_ATTR_NOSUID;
                default ->
                    throw CriFailure.invalid("the mount option %s on %s is none of noexec, nodev and nosuid"
                            .formatted(option, mount.getContainerPath()));
            };
        }
        return attributes;
    }
}
