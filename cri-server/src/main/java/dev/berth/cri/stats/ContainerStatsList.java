package dev.berth.cri.stats;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.Containers;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerStatsFilter;
import dev.berth.cri.v1.ListContainerStatsRequest;
import dev.berth.cri.v1.ListContainerStatsResponse;
import java.util.stream.Stream;

/** ListContainerStats, of the containers that run. */
public final class ContainerStatsList implements Rpc<ListContainerStatsRequest, ListContainerStatsResponse> {
    private final Containers containers;
    private final ContainerUsage usage;

    public ContainerStatsList(Containers containers, ContainerUsage usage) {
        this.containers = containers;
        this.usage = usage;
    }

    @Override
    public ListContainerStatsResponse call(ListContainerStatsRequest request) {
        ListContainerStatsResponse.Builder response = ListContainerStatsResponse.newBuilder();
        select(containers, request.getFilter()).forEach(container -> response.addStats(usage.of(container)));
        return response.build();
    }

    /** The running containers of a filter. */
    static Stream<Container> select(Containers containers, ContainerStatsFilter filter) {
        return containers.all().stream()
                .filter(Container::running)
                .filter(container ->
                        container.matches(filter.getId(), filter.getPodSandboxId(), filter.getLabelSelectorMap()));
    }
}
