package dev.berth.cri.stats;

import dev.berth.cri.container.Containers;
import dev.berth.cri.server.Chunks;
import dev.berth.cri.server.StreamRpc;
import dev.berth.cri.v1.StreamContainerStatsRequest;
import dev.berth.cri.v1.StreamContainerStatsResponse;
import java.util.function.Consumer;

/** StreamContainerStats: what ListContainerStats tells, in messages of bounded size. */
public final class ContainerStatsStream
        implements StreamRpc<StreamContainerStatsRequest, StreamContainerStatsResponse> {
    private final Containers containers;
    private final ContainerUsage usage;

    public ContainerStatsStream(Containers containers, ContainerUsage usage) {
        this.containers = containers;
        this.usage = usage;
    }

    @Override
    public void call(StreamContainerStatsRequest request, Consumer<StreamContainerStatsResponse> out) {
        Chunks.send(
                ContainerStatsList.select(containers, request.getFilter()).toList(),
                usage::of,
                items -> StreamContainerStatsResponse.newBuilder()
                        .addAllContainerStats(items)
                        .build(),
                out);
    }
}
