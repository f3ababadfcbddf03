package dev.berth.cri.pod;

import dev.berth.cri.record.Ids;
import dev.berth.cri.record.RecordStore;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.state.v1.PodRecord;
import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** All pod sandboxes, in memory and on disk. */
public final class Pods {
    private static final String KIND = "pod sandbox";

    private final ConcurrentSkipListMap<String, Pod> pods = new ConcurrentSkipListMap<>();
    private final RecordStore<PodRecord> store;
    private final Changes changes;

    public Pods(RecordStore<PodRecord> store) {
        this(store, new Changes());
    }

    /** @param changes who is told of pods that come, stop and go */
    public Pods(RecordStore<PodRecord> store, Changes changes) {
        this.store = store;
        this.changes = changes;
    }

    public RecordStore<PodRecord> store() {
        return store;
    }

    /** The pod with that id or unique prefix; fails with NOT_FOUND. */
    public Pod get(String id) {
        return Ids.resolve(pods, id, KIND);
    }

    /** As {@link #get}, for verbs that succeed on what is not there. */
    public @Nullable Pod find(String id) {
        return Ids.find(pods, id, KIND);
    }

    public Collection<Pod> all() {
        return pods.values();
    }

    @Nullable
    Pod byKey(PodKey key) {
        for (Pod pod : pods.values()) {
            if (PodKey.of(pod.record().getConfig().getMetadata()).equals(key)) {
                return pod;
            }
        }
        return null;
    }

    public void add(Pod pod) {
        pods.put(pod.id(), pod);
        if (pod.ready()) {
            changes.tell(ContainerEventType.CONTAINER_CREATED_EVENT, pod.id(), pod);
            changes.tell(ContainerEventType.CONTAINER_STARTED_EVENT, pod.id(), pod);
        }
    }

    void remove(Pod pod) {
        boolean listed = pods.remove(pod.id()) != null;
        store.remove(pod.id());
        if (listed) {
            changes.tell(ContainerEventType.CONTAINER_DELETED_EVENT, pod.id(), pod);
        }
    }

    /** Replaces the record in memory and on disk; the caller holds the pod's lock. */
    void update(Pod pod, PodRecord record) {
        store.put(pod.id(), record);
        boolean stops = pod.ready() && record.getPhase() == PodRecord.Phase.NOT_READY;
        pod.record(record);
        if (stops) {
            changes.tell(ContainerEventType.CONTAINER_STOPPED_EVENT, pod.id(), pod);
        }
    }
}
