package dev.berth.cri.pod;

import dev.berth.cri.step.Step;
import dev.berth.cri.step.Verb;
import dev.berth.state.v1.PodRecord;
import java.util.List;

/**
 * How a pod sandbox comes to be. Intent is recorded first; every effect can be found by the pod's id alone, so the undo of each
 * step also serves StopPodSandbox and the sweep after a crash.
 */
final class PodSteps {
    private final Platform platform;
    private final Pods pods;
    private final PodFiles files;
    private final PodShim shims;
    private final PodNetns netns;
    private final PodPause pause;
    private final PodLimits limits;

    PodSteps(Platform platform, Pods pods, PodShim shims) {
        this.platform = platform;
        this.pods = pods;
        this.files = new PodFiles(platform);
        this.shims = shims;
        this.netns = new PodNetns(platform);
        this.pause = new PodPause(platform);
        this.limits = new PodLimits(platform);
    }

    Verb<PodMaking> run() {
        return Verb.of(
                "RunPodSandbox",
                Step.of("record", this::recordIntent, making -> forget(making.pod())),
                Step.of("directory", files::makeDirectory, making -> files.remove(making.pod())),
                Step.of("shim", shims::spawn, making -> shims.end(making.pod())),
                Step.of("files", files::write).alongsideThat(),
                Step.of("shm", files::mountShm, making -> files.unmountShm(making.pod()))
                        .alongsideThat(),
                Step.of("netns", making -> netns.pin(making.pod()), making -> netns.unpin(making.pod())),
                Step.of("network", this::attach, making -> detach(making.pod())),
                Step.of("pause", making -> pause.launch(making.pod()), making -> removePlace(making.pod())),
                Step.of("limits", making -> limits.applyFirst(making.pod())),
                Step.of("ready", making -> markReady(making.pod())));
    }

    /** What StopPodSandbox takes back: all that runs, and the network; files and record stay. */
    Verb<Pod> stop() {
        return Verb.of(
                "StopPodSandbox",
                Step.of("network", this::detach),
                Step.of("netns", netns::unpin),
                Step.of("pause", pause::kill),
                Step.of("shim", shims::end),
                Step.of("shm", files::unmountShm),
                Step.of("record", this::markNotReady));
    }

    Verb<Pod> remove() {
        return Verb.of("RemovePodSandbox", Step.of("files", files::remove), Step.of("record", this::forget));
    }

    private void recordIntent(PodMaking making) {
        pods.store().put(making.pod().id(), making.pod().record());
    }

    private void forget(Pod pod) {
        pods.remove(pod);
        platform.labelling().release(pod.id());
    }

    private void removePlace(Pod pod) {
        pause.kill(pod);
        platform.podCgroups().remove(pod.record().getCgroupParent(), pod.id());
    }

    private void attach(PodMaking making) throws InterruptedException {
        Pod pod = making.pod();
        if (!pod.hostNetwork()) {
            List<String> ips =
                    platform.network().attach(pod.record(), platform.layout().netnsOf(pod.id()));
            pod.record(pod.record().toBuilder().addAllIps(ips).build());
        }
    }

    private void detach(Pod pod) throws InterruptedException {
        if (!pod.hostNetwork()) {
            platform.network().detach(pod.id());
        }
    }

    private void markReady(Pod pod) {
        pods.update(
                pod, pod.record().toBuilder().setPhase(PodRecord.Phase.READY).build());
    }

    private void markNotReady(Pod pod) {
        pods.update(
                pod,
                pod.record().toBuilder().setPhase(PodRecord.Phase.NOT_READY).build());
    }
}
