package dev.berth.cri.pod;

import dev.berth.cri.container.Resources;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.UpdatePodSandboxResourcesRequest;
import dev.berth.cri.v1.UpdatePodSandboxResourcesResponse;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupFailure;
import java.util.concurrent.locks.ReentrantLock;

/** UpdatePodSandboxResources: limits of the pod's own cgroup, all or none, then the record. */
public final class PodSandboxUpdate
        implements Rpc<UpdatePodSandboxResourcesRequest, UpdatePodSandboxResourcesResponse> {
    private final Platform platform;
    private final Pods pods;

    public PodSandboxUpdate(Platform platform, Pods pods) {
        this.platform = platform;
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
            apply(pod, sum(request.getOverhead(), request.getResources()));
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

    /** A pod without containers may have no cgroup yet; what is recorded is then all that there is to do. */
    private void apply(Pod pod, LinuxContainerResources resources) {
        Cgroup cgroup = platform.cgroups().open(pod.record().getCgroupParent());
        if (!cgroup.exists()) {
            return;
        }
        try {
            cgroup.update(Resources.of(resources));
        } catch (CgroupFailure failure) {
            CriFailure.Kind kind =
                    failure.kind() == CgroupFailure.Kind.INVALID ? CriFailure.Kind.INVALID : CriFailure.Kind.INTERNAL;
            throw new CriFailure(kind, String.valueOf(failure.getMessage()), failure);
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
