package dev.berth.cri.stats;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.PodSandboxStatsRequest;
import dev.berth.cri.v1.PodSandboxStatsResponse;

/** PodSandboxStats. */
public final class PodSandboxStatsGet implements Rpc<PodSandboxStatsRequest, PodSandboxStatsResponse> {
    private final Pods pods;
    private final PodUsage usage;

    public PodSandboxStatsGet(Pods pods, PodUsage usage) {
        this.pods = pods;
        this.usage = usage;
    }

    @Override
    public PodSandboxStatsResponse call(PodSandboxStatsRequest request) {
        Pod pod = pods.get(request.getPodSandboxId());
        if (!pod.ready()) {
            throw CriFailure.state("the pod sandbox %s is not ready, so it uses nothing".formatted(pod.id()));
        }
        return PodSandboxStatsResponse.newBuilder().setStats(usage.of(pod)).build();
    }
}
