package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;

/** The id mappings of a mount: a volume whose files belong in a pod to whom they belong on the node. */
final class MountIds {
    private MountIds() {}

    private static boolean asked(Mount mount) {
        return mount.getUidMappingsCount() > 0 || mount.getGidMappingsCount() > 0;
    }

    /** @throws CriFailure INVALID when a mount asks for other mappings than those of its pod's user namespace */
    static void validate(Mount mount, Pod pod) {
        if (pod.ids().own() && mount.getPropagation() == MountPropagation.PROPAGATION_BIDIRECTIONAL) {
            throw CriFailure.invalid("the mount on %s cannot propagate to the node from a pod with a user namespace"
                    .formatted(mount.getContainerPath()));
        }
        if (!asked(mount)) {
            return;
        }
        boolean same = pod.ids().own()
                && mount.getUidMappingsList()
                        .equals(pod.namespaces().getUsernsOptions().getUidsList())
                && mount.getGidMappingsList()
                        .equals(pod.namespaces().getUsernsOptions().getGidsList());
        if (!same) {
            throw CriFailure.invalid("the id mappings of the mount on %s are not those of the pod's user namespace"
                    .formatted(mount.getContainerPath()));
        }
    }

    /** Shifts the ids of a detached mount; of mounts below it where their file systems can, too. */
    static void apply(Kernel kernel, Fd clone, Mount mount, int userNamespace) {
        if (!asked(mount)) {
            return;
        }
        try {
            shift(kernel, clone, true, userNamespace);
        } catch (KernelFailure _) {
            top(kernel, clone, mount, userNamespace);
        }
    }

    private static void top(Kernel kernel, Fd clone, Mount mount, int userNamespace) {
        try {
            shift(kernel, clone, false, userNamespace);
        } catch (KernelFailure failure) {
            String why = failure.is(Errno.EINVAL)
                    ? "its file system does not support idmapped mounts"
                    : failure.getMessage();
            throw CriFailure.invalid("the mount of %s on %s cannot have the ids of the pod's user namespace: %s"
                    .formatted(mount.getHostPath(), mount.getContainerPath(), why));
        }
    }

    private static void shift(Kernel kernel, Fd clone, boolean recursive, int userNamespace) {
        kernel.mountSetattr(clone.number(), recursive, Kernel.MOUNT_ATTR_IDMAP, 0, 0, userNamespace);
    }
}
