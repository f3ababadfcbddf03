package dev.berth.cri.pod;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.ContainerKill;
import dev.berth.cri.record.InFlight;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.step.Verb;
import dev.berth.cri.v1.StopPodSandboxRequest;
import dev.berth.cri.v1.StopPodSandboxResponse;
import java.util.concurrent.locks.ReentrantLock;

/** StopPodSandbox: kills what runs, gives the network back, ends the shim. Idempotent; each part can be repeated. */
public final class PodSandboxStop implements Rpc<StopPodSandboxRequest, StopPodSandboxResponse> {
    private final Platform platform;
    private final Pods pods;
    private final ContainerKill kill;
    private final Verb<Pod> verb;
    private final InFlight<String, Boolean> inFlight = new InFlight<>();

    public PodSandboxStop(Platform platform, Pods pods, PodShim shims, ContainerKill kill) {
        this.platform = platform;
        this.pods = pods;
        this.kill = kill;
        this.verb = new PodSteps(platform, pods, shims).stop();
    }

    @Override
    public StopPodSandboxResponse call(StopPodSandboxRequest request) throws InterruptedException {
        Pod pod = pods.find(request.getPodSandboxId());
        if (pod != null) {
            stop(pod);
        }
        return StopPodSandboxResponse.getDefaultInstance();
    }

    /** Stops a pod, joining a stop that is under way. */
    public void stop(Pod pod) throws InterruptedException {
        inFlight.join(pod.id(), () -> {
            ReentrantLock lock = pod.lock();
            lock.lock();
            try {
                stopLocked(pod);
            } finally {
                lock.unlock();
            }
            return true;
        });
    }

    private void stopLocked(Pod pod) throws InterruptedException {
        for (Container container : pod.containerList()) {
            kill.kill(container);
        }
        verb.run(pod, platform.watch());
    }
}
