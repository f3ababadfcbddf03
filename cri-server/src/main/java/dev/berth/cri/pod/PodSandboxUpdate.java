package dev.berth.cri.pod;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.UpdatePodSandboxResourcesRequest;
import dev.berth.cri.v1.UpdatePodSandboxResourcesResponse;
import java.util.concurrent.locks.ReentrantLock;

/** UpdatePodSandboxResources: limits of the pod's own cgroup, all or none, then the record. */
public final class PodSandboxUpdate
        implements Rpc<UpdatePodSandboxResourcesRequest, UpdatePodSandboxResourcesResponse> {
    private final Pods pods;
    private final PodLimits limits;

    public PodSandboxUpdate(Platform platform, Pods pods) {
        this.limits = new PodLimits(platform);
        this.pods = pods;
    }

    @Override
    public UpdatePodSandboxResourcesResponse call(UpdatePodSandboxResourcesRequest request) {
        Pod pod = pods.get(request.getPodSandboxId());
        ReentrantLock lock = pod.lock();
        lock.lock();
        try {
            if (!pod.ready()) {
                throw CriFailure.state(
                        "the pod sandbox %s is not ready, so its limits cannot be changed".formatted(pod.id()));
            }
            limits.apply(pod, PodLimits.sum(request.getOverhead(), request.getResources()));
            pods.update(
                    pod,
                    pod.record().toBuilder()
                            .setOverhead(request.getOverhead())
                            .setResources(request.getResources())
                            .build());
        } finally {
            lock.unlock();
        }
        return UpdatePodSandboxResourcesResponse.getDefaultInstance();
    }
}
