package dev.berth.cri.event;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Change;
import dev.berth.cri.pod.PodSnapshot;
import dev.berth.cri.v1.ContainerEventResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** Who reads events now. An event is built once, when there is a subscriber, at the moment of the change. */
public final class Subscribers {
    /** A kubelet is one; what is more than this is a client that never closes. */
    static final int MOST = 16;
    /** A thousand containers that end and are removed, twice. */
    static final int MOST_WAITING = 4_096;

    private final LongSupplier clock;
    private final List<EventQueue> queues = new CopyOnWriteArrayList<>();
    private long latest;

    /** @param clock tells nanoseconds since the epoch */
    public Subscribers(LongSupplier clock) {
        this.clock = clock;
    }

    /** Waits for nobody but other callers. */
    public void changed(Change change) {
        if (!queues.isEmpty()) {
            offer(change);
        }
    }

    /**
     * One at a time: of two events of a pod the one with the later time, which is also the one that is sent later, shows the later
     * state. The kubelet keeps what the latest time says and nothing else.
     */
    private synchronized void offer(Change change) {
        latest = Math.max(latest + 1, clock.getAsLong());
        PodSnapshot snapshot = PodSnapshot.of(change.pod());
        ContainerEventResponse event = ContainerEventResponse.newBuilder()
                .setContainerId(change.id())
                .setContainerEventType(change.type())
                .setCreatedAt(latest)
                .setPodSandboxStatus(snapshot.pod())
                .addAllContainersStatuses(snapshot.containers())
                .build();
        queues.forEach(queue -> queue.offer(event));
    }

    /** Makes a queue that gets every event from now on. */
    EventQueue subscribe() {
        synchronized (queues) {
            if (queues.size() >= MOST) {
                throw new CriFailure(
                        CriFailure.Kind.EXHAUSTED,
                        "%d clients read events already, which is the most; end one of them".formatted(MOST),
                        null);
            }
            EventQueue queue = new EventQueue(MOST_WAITING);
            queues.add(queue);
            return queue;
        }
    }

    void unsubscribe(EventQueue queue) {
        queues.remove(queue);
    }

    /** Subscribers now. */
    public int count() {
        return queues.size();
    }

    /** Events that wait for the subscriber that is furthest behind. */
    public int furthestBehind() {
        return queues.stream().mapToInt(EventQueue::size).max().orElse(0);
    }
}
