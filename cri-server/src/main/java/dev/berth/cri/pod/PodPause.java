package dev.berth.cri.pod;

import dev.berth.runtime.launch.CgroupEntry;
import dev.berth.runtime.launch.PodPlan;
import dev.berth.runtime.launch.UserNamespace;
import dev.berth.runtime.plan.Plan;

/** Process 1 of a pod whose containers share a pid namespace; other pods have one only where the cgroup driver needs it. */
final class PodPause {
    private final Platform platform;

    PodPause(Platform platform) {
        this.platform = platform;
    }

    void launch(Pod pod) throws InterruptedException {
        if (wanted(pod)) {
            platform.podCgroups()
                    .launchPause(
                            pod.record().getCgroupParent(),
                            pod.id(),
                            entry -> pod.shim().launch(Pod.PAUSE, plan(pod, entry), platform.launchLimit()));
        }
    }

    private Plan plan(Pod pod, CgroupEntry entry) {
        UserNamespace user = pod.ids().own()
                ? new UserNamespace(PodUserNamespace.open(platform, pod).release(), pod.ids())
                : UserNamespace.NODE;
        PodPlan.Confinement confinement = new PodPlan.Confinement(
                pod.record().getApparmorProfile(), pod.record().getLabels().getFile());
        return PodPlan.pause(platform.kernel(), entry, user, confinement);
    }

    void kill(Pod pod) {
        if (wanted(pod)) {
            platform.podCgroups().killPause(pod.record().getCgroupParent(), pod.id());
        }
    }

    private boolean wanted(Pod pod) {
        return pod.sharesPid() || platform.podCgroups().needsPause();
    }
}
