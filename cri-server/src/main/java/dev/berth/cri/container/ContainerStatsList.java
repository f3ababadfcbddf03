package dev.berth.cri.container;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerStatsFilter;
import dev.berth.cri.v1.ListContainerStatsRequest;
import dev.berth.cri.v1.ListContainerStatsResponse;

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
        usage.retain(containers);
        for (Container container : containers.all()) {
            if (container.running() && matches(container, request.getFilter())) {
                response.addStats(usage.of(container));
            }
        }
        return response.build();
    }

    private static boolean matches(Container container, ContainerStatsFilter filter) {
        return container.matches(filter.getId(), filter.getPodSandboxId(), filter.getLabelSelectorMap());
    }
}
