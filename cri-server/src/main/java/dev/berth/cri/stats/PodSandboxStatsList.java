package dev.berth.cri.stats;

import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ListPodSandboxStatsRequest;
import dev.berth.cri.v1.ListPodSandboxStatsResponse;
import dev.berth.cri.v1.PodSandboxStatsFilter;
import java.util.stream.Stream;

/** ListPodSandboxStats, of the pods that are ready. */
public final class PodSandboxStatsList implements Rpc<ListPodSandboxStatsRequest, ListPodSandboxStatsResponse> {
    private final Pods pods;
    private final PodUsage usage;

    public PodSandboxStatsList(Pods pods, PodUsage usage) {
        this.pods = pods;
        this.usage = usage;
    }

    @Override
    public ListPodSandboxStatsResponse call(ListPodSandboxStatsRequest request) {
        ListPodSandboxStatsResponse.Builder response = ListPodSandboxStatsResponse.newBuilder();
        select(pods, request.getFilter()).forEach(pod -> response.addStats(usage.of(pod)));
        return response.build();
    }

    /** The ready pods of a filter. */
    static Stream<Pod> select(Pods pods, PodSandboxStatsFilter filter) {
        return pods.all().stream()
                .filter(Pod::ready)
                .filter(pod -> pod.matches(filter.getId(), filter.getLabelSelectorMap()));
    }
}
