package dev.berth.cri.config;

/** Who makes the cgroups of pods. */
public enum CgroupDriver {
    /** Berth and the kubelet make directories themselves. */
    CGROUPFS,
    /** systemd owns the tree: the kubelet makes slices, Berth a scope in them for each pod. */
    SYSTEMD
}
