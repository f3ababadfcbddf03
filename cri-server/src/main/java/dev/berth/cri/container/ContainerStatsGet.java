package dev.berth.cri.container;

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
        Container container = containers.get(request.getContainerId());
        usage.retain(containers);
        return ContainerStatsResponse.newBuilder().setStats(usage.of(container)).build();
    }
}
