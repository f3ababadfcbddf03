package dev.berth.cri.pod;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.PodPlan;

/** Process 1 of a pod whose containers share a pid namespace; other pods have none. */
final class PodPause {
    private final Platform platform;

    PodPause(Platform platform) {
        this.platform = platform;
    }

    void launch(Pod pod) throws InterruptedException {
        if (!pod.sharesPid()) {
            return;
        }
        Cgroup cgroup = platform.cgroups()
                .create(new CgroupSpec(
                        pod.record().getCgroupParent(), name(pod), CgroupResources.NONE, DevicePolicy.all()));
        pod.shim()
                .launch(Pod.PAUSE, PodPlan.pause(platform.kernel(), CgroupEntry.open(cgroup)), platform.launchLimit());
    }

    void kill(Pod pod) {
        if (!pod.sharesPid()) {
            return;
        }
        platform.cgroups()
                .open(pod.record().getCgroupParent() + "/" + name(pod))
                .destroy();
    }

    private static String name(Pod pod) {
        return "berth-" + pod.id();
    }
}
