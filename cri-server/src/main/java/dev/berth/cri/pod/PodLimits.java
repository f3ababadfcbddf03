package dev.berth.cri.pod;

import dev.berth.cri.container.Resources;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.cgroup.DevicePolicy;

/** Limits of a pod as a whole: what its containers may use together, and the pod's own overhead. */
final class PodLimits {
    private final Platform platform;

    PodLimits(Platform platform) {
        this.platform = platform;
    }

    /** Limits a new pod whose place is Berth's own; that of the kubelet has limits already. */
    void applyFirst(Pod pod) {
        LinuxPodSandboxConfig linux = pod.record().getConfig().getLinux();
        LinuxContainerResources limits = sum(linux.getOverhead(), linux.getResources());
        if (linux.getCgroupParent().isEmpty() && !limits.equals(LinuxContainerResources.getDefaultInstance())) {
            apply(pod, limits);
        }
    }

    /** All of it takes effect or nothing does. A pod without containers may have no cgroup yet: it gets one then. */
    void apply(Pod pod, LinuxContainerResources limits) {
        CgroupResources resources = Resources.of(limits);
        String place = pod.record().getCgroupParent();
        Cgroup cgroup = platform.cgroups().open(place);
        try {
            if (cgroup.exists()) {
                cgroup.update(resources);
            } else {
                int slash = place.lastIndexOf('/');
                String parent = slash == 0 ? "/" : place.substring(0, slash);
                platform.cgroups()
                        .create(new CgroupSpec(parent, place.substring(slash + 1), resources, DevicePolicy.all()));
            }
        } catch (CgroupFailure failure) {
            throw Resources.told(failure);
        }
    }

    /** What the pod may use: its containers' share and the pod's own overhead. No limit and overhead is no limit. */
    static LinuxContainerResources sum(LinuxContainerResources overhead, LinuxContainerResources resources) {
        return resources.toBuilder()
                .setCpuShares(sum(overhead.getCpuShares(), resources.getCpuShares()))
                .setCpuQuota(sum(overhead.getCpuQuota(), resources.getCpuQuota()))
                .setMemoryLimitInBytes(sum(overhead.getMemoryLimitInBytes(), resources.getMemoryLimitInBytes()))
                .build();
    }

    private static long sum(long overhead, long limit) {
        return limit <= 0 ? limit : limit + Math.max(0, overhead);
    }
}
