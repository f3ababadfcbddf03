package dev.berth.runtime.launch;

import java.util.List;

/** What a container sees at /sys/fs/cgroup. */
public sealed interface CgroupView {
    /** The mounts that the plan takes over. */
    default List<Integer> descriptors() {
        return switch (this) {
            case Unified _ -> List.of();
            case Host(int mount) -> List.of(mount);
            case Hierarchies(List<Hierarchy> hierarchies) ->
                hierarchies.stream().map(Hierarchy::mount).toList();
        };
    }

    /**
     * A cgroup2 mount of its own cgroup namespace.
     *
     * @param writable whether it may make cgroups below its own, also when it is not privileged
     */
    record Unified(boolean writable) implements CgroupView {}

    /** A tmpfs with one bind mount a hierarchy. */
    record Hierarchies(List<Hierarchy> hierarchies) implements CgroupView {
        public Hierarchies {
            hierarchies = List.copyOf(hierarchies);
        }
    }

    /** The node's whole tree, for privileged containers on cgroup v2. */
    record Host(int mount) implements CgroupView {}

    /**
     * One cgroup v1 hierarchy.
     *
     * @param mount a detached clone of the container's directory in it; the plan takes it over
     */
    record Hierarchy(String name, int mount) {}
}
