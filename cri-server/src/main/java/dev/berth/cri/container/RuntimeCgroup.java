package dev.berth.cri.container;

import dev.berth.cri.pod.Platform;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.launch.CgroupEntry;

/**
 * Where an OCI runtime runs while it makes a container, on a node with cgroup v2 alone: beside the cgroup of the container, which the
 * runtime wants to find empty, so that a runtime that hangs can be ended with all that it has started. On other nodes it runs in the
 * container's.
 */
final class RuntimeCgroup {
    private static final String SUFFIX = "-create";

    private RuntimeCgroup() {}

    private static boolean needed(Platform platform) {
        return platform.cgroups().layout() instanceof CgroupLayout.V2;
    }

    /** Makes it and opens the way into it; none where it is not needed. */
    static CgroupEntry enter(Platform platform, Container container) {
        if (!needed(platform)) {
            return CgroupEntry.none();
        }
        Cgroup own = platform.cgroups().open(container.record().getCgroup());
        String parent = own.path().substring(0, own.path().lastIndexOf('/'));
        return CgroupEntry.open(platform.cgroups().open(parent).child(own.name() + SUFFIX));
    }

    /** Removes it when the runtime has left nothing in it; what it has left stays until {@link #destroy}. */
    static void leave(Platform platform, Container container) {
        if (needed(platform) && !of(platform, container).isPopulated()) {
            of(platform, container).remove();
        }
    }

    /** Kills what runs in it and removes it. Does nothing where there is none. */
    static void destroy(Platform platform, Container container) {
        if (needed(platform) && !container.record().getCgroup().isEmpty()) {
            of(platform, container).destroy();
        }
    }

    private static Cgroup of(Platform platform, Container container) {
        return platform.cgroups().open(container.record().getCgroup() + SUFFIX);
    }
}
