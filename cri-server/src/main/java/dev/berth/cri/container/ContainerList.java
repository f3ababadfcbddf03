package dev.berth.cri.container;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerFilter;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.cri.v1.ListContainersResponse;

/** ListContainers, from memory. */
public final class ContainerList implements Rpc<ListContainersRequest, ListContainersResponse> {
    private final Containers containers;

    public ContainerList(Containers containers) {
        this.containers = containers;
    }

    @Override
    public ListContainersResponse call(ListContainersRequest request) {
        ListContainersResponse.Builder response = ListContainersResponse.newBuilder();
        for (Container container : containers.all()) {
            if (matches(container, request.getFilter())) {
                response.addContainers(ContainerView.item(container));
            }
        }
        return response.build();
    }

    private static boolean matches(Container container, ContainerFilter filter) {
        return container.matches(filter.getId(), filter.getPodSandboxId(), filter.getLabelSelectorMap())
                && (!filter.hasState() || filter.getState().getState() == container.state());
    }
}
