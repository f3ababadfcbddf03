package dev.berth.cri.pod;

import dev.berth.cri.v1.ContainerEventType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells who listens of every change, in the order in which the changes of one pod or container are recorded. */
public final class Changes {
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

    /** The listener is called with the lock of what changed held: it must neither block nor take a lock of a pod or container. */
    public void listen(Consumer<Change> listener) {
        listeners.add(listener);
    }

    public void tell(ContainerEventType type, String id, Pod pod) {
        if (!listeners.isEmpty()) {
            Change change = new Change(type, id, pod);
            listeners.forEach(listener -> listener.accept(change));
        }
    }
}
