package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Changes;
import dev.berth.cri.record.Ids;
import dev.berth.cri.record.RecordStore;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.state.v1.ContainerRecord;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** All containers, in memory and on disk. */
public final class Containers {
    private static final String KIND = "container";

    private final ConcurrentSkipListMap<String, Container> containers = new ConcurrentSkipListMap<>();
    private final RecordStore<ContainerRecord> store;
    private final Changes changes;

    public Containers(RecordStore<ContainerRecord> store) {
        this(store, new Changes());
    }

    /** @param changes who is told of containers that come, start, end and go */
    public Containers(RecordStore<ContainerRecord> store, Changes changes) {
        this.store = store;
        this.changes = changes;
    }

    public RecordStore<ContainerRecord> store() {
        return store;
    }

    /** The container with that id or unique prefix; fails with NOT_FOUND. */
    public Container get(String id) {
        return Ids.resolve(containers, id, KIND);
    }

    /** As {@link #get}, for verbs that succeed on what is not there. */
    @Nullable
    Container find(String id) {
        return Ids.find(containers, id, KIND);
    }

    /** The ids of all containers as they come and go. */
    public Set<String> ids() {
        return Collections.unmodifiableSet(containers.keySet());
    }

    public Collection<Container> all() {
        return containers.values();
    }

    public void add(Container container) {
        containers.put(container.id(), container);
        container.pod().containers().put(container.id(), container);
        if (container.record().getPhase() == ContainerRecord.Phase.CREATED) {
            changes.tell(ContainerEventType.CONTAINER_CREATED_EVENT, container.id(), container.pod());
        }
    }

    public void remove(Container container) {
        container.markRemoved();
        containers.remove(container.id());
        container.pod().containers().remove(container.id());
        store.remove(container.id());
        changes.tell(ContainerEventType.CONTAINER_DELETED_EVENT, container.id(), container.pod());
    }

    /** Replaces the record in memory and on disk; the caller holds the container's lock. */
    public void update(Container container, ContainerRecord record) {
        if (container.removed()) {
            throw CriFailure.notFound("the container %s was removed meanwhile".formatted(container.id()));
        }
        store.put(container.id(), record);
        ContainerRecord.Phase before = container.record().getPhase();
        container.record(record);
        if (before != record.getPhase()) {
            switch (record.getPhase()) {
                case RUNNING ->
                    changes.tell(ContainerEventType.CONTAINER_STARTED_EVENT, container.id(), container.pod());
                case EXITED ->
                    changes.tell(ContainerEventType.CONTAINER_STOPPED_EVENT, container.id(), container.pod());
                case MAKING, CREATED, STARTING, UNRECOGNIZED -> {}
            }
        }
    }
}
