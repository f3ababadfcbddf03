package dev.berth.cri.pod;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.ContainerRemove;
import dev.berth.cri.record.InFlight;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.step.Verb;
import dev.berth.cri.v1.RemovePodSandboxRequest;
import dev.berth.cri.v1.RemovePodSandboxResponse;

/** RemovePodSandbox: stops the pod, removes its containers and all that is left of it. Idempotent. */
public final class PodSandboxRemove implements Rpc<RemovePodSandboxRequest, RemovePodSandboxResponse> {
    private final Platform platform;
    private final Pods pods;
    private final PodSandboxStop stop;
    private final ContainerRemove containerRemove;
    private final Verb<Pod> verb;
    private final InFlight<String, Boolean> inFlight = new InFlight<>();

    public PodSandboxRemove(
            Platform platform, Pods pods, PodShim shims, PodSandboxStop stop, ContainerRemove containerRemove) {
        this.platform = platform;
        this.pods = pods;
        this.stop = stop;
        this.containerRemove = containerRemove;
        this.verb = new PodSteps(platform, pods, shims).remove();
    }

    @Override
    public RemovePodSandboxResponse call(RemovePodSandboxRequest request) throws InterruptedException {
        Pod pod = pods.find(request.getPodSandboxId());
        if (pod != null) {
            inFlight.join(pod.id(), () -> {
                remove(pod);
                return true;
            });
        }
        return RemovePodSandboxResponse.getDefaultInstance();
    }

    private void remove(Pod pod) throws InterruptedException {
        stop.stop(pod);
        for (Container container : pod.containerList()) {
            containerRemove.remove(container);
        }
        String parent = pod.record().getCgroupParent();
        platform.podCgroups().remove(parent, pod.id());
        if (parent.endsWith("/pod-" + pod.id())) {
            // An OCI runtime also makes it where Berth has no use for it.
            platform.cgroups().removeElsewhere(parent);
        }
        verb.run(pod, platform.watch());
    }
}
