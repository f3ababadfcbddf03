package dev.berth.tests.bench;

import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.GetEventsRequest;
import dev.berth.tests.client.CriClient;
import io.grpc.Context;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A subscriber of container events. */
final class EventReader implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;
    /** Nothing says that a subscription is in place; a server has it well within this time. */
    private static final long SETTLING_MILLIS = 300;

    private final Context.CancellableContext context = Context.current().withCancellation();
    private final BlockingQueue<ContainerEventResponse> seen = new LinkedBlockingQueue<>();

    private EventReader() {}

    static EventReader subscribe(CriClient client) throws InterruptedException {
        EventReader reader = new EventReader();
        Thread.ofPlatform().daemon().name("events").start(() -> reader.context.run(() -> reader.read(client)));
        Thread.sleep(SETTLING_MILLIS);
        return reader;
    }

    private void read(CriClient client) {
        try {
            Iterator<ContainerEventResponse> events =
                    client.runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
            events.forEachRemaining(seen::add);
        } catch (RuntimeException _) {
            // The measurement is over, or it misses its events.
        }
    }

    /** The next event that is so; others before it are dropped. */
    ContainerEventResponse await(Predicate<ContainerEventResponse> wanted) throws IOException, InterruptedException {
        while (true) {
            ContainerEventResponse event = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new IOException("No such event came within %d s".formatted(PATIENCE_SECONDS));
            }
            if (wanted.test(event)) {
                return event;
            }
        }
    }

    @Override
    public void close() {
        context.cancel(null);
    }
}
