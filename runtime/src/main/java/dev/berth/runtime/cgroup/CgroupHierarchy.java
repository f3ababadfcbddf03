package dev.berth.runtime.cgroup;

import java.nio.file.Path;
import java.util.Set;

/**
 * One mounted tree of cgroups.
 *
 * @param root where it is mounted
 * @param v2 whether its files are those of cgroup v2
 * @param controllers what it can limit; a v1 tree without controllers has its name here, as {@code name=systemd}
 */
public record CgroupHierarchy(Path root, boolean v2, Set<String> controllers) {
    public CgroupHierarchy {
        controllers = Set.copyOf(controllers);
    }

    /** The directory of an absolute cgroup path such as {@code /kubepods/pod1}. */
    Path directory(String cgroup) {
        return root.resolve(cgroup.substring(1)).normalize();
    }
}
