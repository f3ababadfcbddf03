package dev.berth.cri.container;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerFilter;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.cri.v1.ListContainersResponse;
import dev.berth.state.v1.ContainerRecord;
import java.util.List;

/** ListContainers, from memory. */
public final class ContainerList implements Rpc<ListContainersRequest, ListContainersResponse> {
    private final Containers containers;

    public ContainerList(Containers containers) {
        this.containers = containers;
    }

    @Override
    public ListContainersResponse call(ListContainersRequest request) {
        ListContainersResponse.Builder response = ListContainersResponse.newBuilder();
        select(containers, request.getFilter()).forEach(record -> response.addContainers(ContainerView.item(record)));
        return response.build();
    }

    /** The records of the containers of a filter, as they are now. */
    static List<ContainerRecord> select(Containers containers, ContainerFilter filter) {
        return containers.all().stream()
                .filter(container ->
                        container.matches(filter.getId(), filter.getPodSandboxId(), filter.getLabelSelectorMap()))
                .map(Container::record)
                .filter(record -> !filter.hasState() || filter.getState().getState() == Container.state(record))
                .toList();
    }
}
