package dev.berth.cri.config;

/** Who makes the cgroups of pods. */
public enum CgroupDriver {
    /** Berth and the kubelet make directories themselves. */
    CGROUPFS
}
