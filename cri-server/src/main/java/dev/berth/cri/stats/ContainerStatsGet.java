package dev.berth.cri.stats;

import dev.berth.cri.container.Containers;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerStatsRequest;
import dev.berth.cri.v1.ContainerStatsResponse;

/** ContainerStats. */
public final class ContainerStatsGet implements Rpc<ContainerStatsRequest, ContainerStatsResponse> {
    private final Containers containers;
    private final ContainerUsage usage;

    public ContainerStatsGet(Containers containers, ContainerUsage usage) {
        this.containers = containers;
        this.usage = usage;
    }

    @Override
    public ContainerStatsResponse call(ContainerStatsRequest request) {
        return ContainerStatsResponse.newBuilder()
                .setStats(usage.of(containers.get(request.getContainerId())))
                .build();
    }
}
