package dev.berth.cri.assembly;

import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.pod.CgroupfsDriver;
import dev.berth.cri.pod.PodCgroups;
import dev.berth.cri.pod.SystemdDriver;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.systemd.SliceName;
import dev.berth.runtime.systemd.SystemdBus;
import java.time.Duration;

/** Makes the cgroup driver that is configured. */
final class CgroupDrivers {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private CgroupDrivers() {}

    /** @throws CgroupFailure when this node cannot have that driver */
    static PodCgroups of(BerthConfig.Cgroup config, Cgroups cgroups) {
        if (config.writable() && !(cgroups.layout() instanceof CgroupLayout.V2)) {
            throw invalid("cgroup.writable = true needs a node with cgroup v2 alone; this one has %s."
                    .formatted(cgroups.layout()));
        }
        return switch (config.driver()) {
            case CGROUPFS -> new CgroupfsDriver(cgroups, config.parent(), config.writable());
            case SYSTEMD -> systemd(config, cgroups);
        };
    }

    private static PodCgroups systemd(BerthConfig.Cgroup config, Cgroups cgroups) {
        if (!(cgroups.layout() instanceof CgroupLayout.V2)) {
            throw invalid(
                    "cgroup.driver = \"systemd\" needs a node with cgroup v2 alone; this one has %s. Use \"cgroupfs\" here and in the kubelet."
                            .formatted(cgroups.layout()));
        }
        return new SystemdDriver(
                cgroups, new SystemdBus(SystemdBus.ADDRESS, PATIENCE), slice(config.parent()), config.writable());
    }

    private static CgroupFailure invalid(String sentence) {
        return new CgroupFailure(CgroupFailure.Kind.INVALID, sentence, null);
    }

    /** The slice that is where a path of cgroups would be: {@code /berth/pods} is {@code berth-pods.slice}. */
    static SliceName slice(String parent) {
        return new SliceName(parent.substring(1).replace('/', '-') + ".slice");
    }
}
