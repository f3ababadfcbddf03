package dev.berth.cri.cdi;

import org.jspecify.annotations.Nullable;

/**
 * A device node that a device adds. What is null is as at {@code hostPath}.
 *
 * @param path inside the container
 * @param hostPath on the node
 * @param mode permission bits
 * @param permissions what the cgroup allows, of r, w and m
 */
public record CdiNode(
        String path,
        String hostPath,
        @Nullable Numbers numbers,
        @Nullable Integer mode,
        @Nullable Integer uid,
        @Nullable Integer gid,
        String permissions) {
    /** Which device it is: given, it need not exist on the node. */
    public record Numbers(boolean block, int major, int minor) {}
}
