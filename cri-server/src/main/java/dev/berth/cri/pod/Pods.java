package dev.berth.cri.pod;

import dev.berth.cri.record.Ids;
import dev.berth.cri.record.RecordStore;
import dev.berth.state.v1.PodRecord;
import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** All pod sandboxes, in memory and on disk. */
public final class Pods {
    private static final String KIND = "pod sandbox";

    private final ConcurrentSkipListMap<String, Pod> pods = new ConcurrentSkipListMap<>();
    private final RecordStore<PodRecord> store;

    public Pods(RecordStore<PodRecord> store) {
        this.store = store;
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
    }

    void remove(Pod pod) {
        pods.remove(pod.id());
        store.remove(pod.id());
    }

    /** Replaces the record in memory and on disk; the caller holds the pod's lock. */
    void update(Pod pod, PodRecord record) {
        store.put(pod.id(), record);
        pod.record(record);
    }
}
