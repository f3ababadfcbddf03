package dev.berth.cri.cdi;

import dev.berth.cri.v1.Mount;
import java.util.ArrayList;
import java.util.List;

/**
 * What a device adds to a container, in the order of its spec.
 *
 * @param environment {@code NAME=value}
 * @param mounts as a request would name them
 * @param groups supplemental groups of the first process
 * @param unsupported the parts of it that Berth does not do; a device with one is refused
 */
public record CdiEdits(
        List<String> environment,
        List<CdiNode> nodes,
        List<Mount> mounts,
        List<Long> groups,
        List<String> unsupported) {
    public static final CdiEdits NONE = new CdiEdits(List.of(), List.of(), List.of(), List.of(), List.of());

    public CdiEdits {
        environment = List.copyOf(environment);
        nodes = List.copyOf(nodes);
        mounts = List.copyOf(mounts);
        groups = List.copyOf(groups);
        unsupported = List.copyOf(unsupported);
    }

    /** These and then those of another. */
    CdiEdits and(CdiEdits other) {
        return new CdiEdits(
                joined(environment, other.environment),
                joined(nodes, other.nodes),
                joined(mounts, other.mounts),
                joined(groups, other.groups),
                joined(unsupported, other.unsupported));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
