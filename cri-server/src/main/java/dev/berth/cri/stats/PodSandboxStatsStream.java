package dev.berth.cri.stats;

import dev.berth.cri.pod.Pods;
import dev.berth.cri.server.Chunks;
import dev.berth.cri.server.StreamRpc;
import dev.berth.cri.v1.StreamPodSandboxStatsRequest;
import dev.berth.cri.v1.StreamPodSandboxStatsResponse;
import java.util.function.Consumer;

/** StreamPodSandboxStats: what ListPodSandboxStats tells, in messages of bounded size. */
public final class PodSandboxStatsStream
        implements StreamRpc<StreamPodSandboxStatsRequest, StreamPodSandboxStatsResponse> {
    private final Pods pods;
    private final PodUsage usage;

    public PodSandboxStatsStream(Pods pods, PodUsage usage) {
        this.pods = pods;
        this.usage = usage;
    }

    @Override
    public void call(StreamPodSandboxStatsRequest request, Consumer<StreamPodSandboxStatsResponse> out) {
        Chunks.send(
                PodSandboxStatsList.select(pods, request.getFilter()).toList(),
                usage::of,
                items -> StreamPodSandboxStatsResponse.newBuilder()
                        .addAllPodSandboxStats(items)
                        .build(),
                out);
    }
}
