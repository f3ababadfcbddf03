package dev.berth.cri.event;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one subscriber has not been sent yet. Of one container only the newest event is kept, and beside it its end, which is never
 * coalesced away. A queue that is full all the same loses all it holds, and tells the subscriber by failing: nothing is left out
 * silently, and whoever offers never waits.
 */
final class EventQueue {
    private record Key(String id, boolean end) {}

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Key, ContainerEventResponse> waiting = new LinkedHashMap<>();
    private boolean overflowed;

    /** @param most events that it holds */
    EventQueue(int most) {
        this.most = most;
    }

    void offer(ContainerEventResponse event) {
        boolean end = event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT;
        lock.lock();
        try {
            if (overflowed) {
                return;
            }
            // What is newer goes to the end, so that the order is that in which things happened.
            waiting.remove(new Key(event.getContainerId(), false));
            waiting.put(new Key(event.getContainerId(), end), event);
            if (waiting.size() > most) {
                waiting.clear();
                overflowed = true;
            }
            changed.signal();
        } finally {
            lock.unlock();
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
            Iterator<ContainerEventResponse> oldest = waiting.values().iterator();
            ContainerEventResponse event = oldest.next();
            oldest.remove();
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
