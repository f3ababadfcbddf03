package dev.berth.cri.event;

import dev.berth.cri.server.StreamRpc;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.GetEventsRequest;
import java.util.function.Consumer;

/** GetContainerEvents: every change from now on, until the client goes or the server stops. */
public final class ContainerEvents implements StreamRpc<GetEventsRequest, ContainerEventResponse> {
    private final Subscribers subscribers;

    public ContainerEvents(Subscribers subscribers) {
        this.subscribers = subscribers;
    }

    @Override
    @SuppressWarnings("InfiniteLoopStatement") // Ends by interrupt, or by an exception of the queue or the client.
    public void call(GetEventsRequest request, Consumer<ContainerEventResponse> out) throws InterruptedException {
        EventQueue queue = subscribers.subscribe();
        try {
            while (true) {
                out.accept(queue.take());
            }
        } finally {
            subscribers.unsubscribe(queue);
        }
    }
}
