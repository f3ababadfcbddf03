package dev.berth.cri.event;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber has not been sent yet. Of one container, or pod, only the newest event is kept, and beside it its end, so that
 * an exit is seen although a removal followed. A full queue also lets go of what was removed since: of that only the removal is
 * kept, and nothing when the subscriber was never told of it. So the queue grows with what is on the node, not with the time for
 * which nobody reads. When even that is too much, it loses all it holds and tells the subscriber by failing: nothing is left out
 * silently, and whoever offers never waits.
 */
final class EventQueue {
    private record Key(String id, boolean end) {}

    /** @param news whether the subscriber has not been told yet that there is such a container */
    private record Waiting(ContainerEventResponse event, boolean news) {}

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Key, Waiting> waiting = new LinkedHashMap<>();
    private boolean overflowed;

    /** @param most events that it holds */
    EventQueue(int most) {
        this.most = most;
    }

    void offer(ContainerEventResponse event) {
        lock.lock();
        try {
            if (overflowed) {
                return;
            }
            add(event);
            if (waiting.size() > most) {
                forgetRemoved();
            }
            if (waiting.size() > most) {
                waiting.clear();
                overflowed = true;
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void add(ContainerEventResponse event) {
        String id = event.getContainerId();
        Key end = new Key(id, true);
        // What is newer goes to the end, so that the order is that in which things happened.
        Waiting replaced = waiting.remove(new Key(id, false));
        boolean news = event.getContainerEventType() == ContainerEventType.CONTAINER_CREATED_EVENT
                || isNews(replaced)
                || isNews(waiting.get(end));
        boolean ends = event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT;
        waiting.put(ends ? end : new Key(id, false), new Waiting(event, news));
    }

    private static boolean isNews(@Nullable Waiting event) {
        return event != null && event.news;
    }

    private void forgetRemoved() {
        List<Waiting> removals = waiting.values().stream()
                .filter(one -> one.event.getContainerEventType() == ContainerEventType.CONTAINER_DELETED_EVENT)
                .toList();
        for (Waiting removal : removals) {
            String id = removal.event.getContainerId();
            waiting.remove(new Key(id, true));
            if (removal.news) {
                waiting.remove(new Key(id, false));
            }
        }
    }

    /** Waits for the oldest event. */
    ContainerEventResponse take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !overflowed) {
                changed.await();
            }
            if (overflowed) {
                throw new CriFailure(
                        CriFailure.Kind.EXHAUSTED,
                        "the subscriber reads too slowly: %d events waited for it; subscribe again and list what is there"
                                .formatted(most),
                        null);
            }
            Iterator<Waiting> oldest = waiting.values().iterator();
            ContainerEventResponse event = oldest.next().event;
            oldest.remove();
            // What still waits of this container is no longer the first thing that the subscriber hears of it.
            waiting.computeIfPresent(
                    new Key(event.getContainerId(), false), (_, later) -> new Waiting(later.event, false));
            return event;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
