package dev.berth.cri.container;

import dev.berth.cri.server.Chunks;
import dev.berth.cri.server.StreamRpc;
import dev.berth.cri.v1.StreamContainersRequest;
import dev.berth.cri.v1.StreamContainersResponse;
import java.util.function.Consumer;

/** StreamContainers: what ListContainers tells, in messages of bounded size. */
public final class ContainerStream implements StreamRpc<StreamContainersRequest, StreamContainersResponse> {
    private final Containers containers;

    public ContainerStream(Containers containers) {
        this.containers = containers;
    }

    @Override
    public void call(StreamContainersRequest request, Consumer<StreamContainersResponse> out) {
        Chunks.send(
                ContainerList.select(containers, request.getFilter()),
                ContainerView::item,
                items -> StreamContainersResponse.newBuilder()
                        .addAllContainers(items)
                        .build(),
                out);
    }
}
