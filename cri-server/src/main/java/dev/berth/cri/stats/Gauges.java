package dev.berth.cri.stats;

import dev.berth.cri.pod.Change;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.v1.ContainerEventType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The gauges of pods and containers that were asked about, by id. The first thousand keep their descriptors open, the others open
 * them at each reading. A gauge goes when what it measures has ended.
 */
public final class Gauges {
    /** Times about eight descriptors. */
    private static final int KEPT_OPEN = 1_000;

    private final Platform platform;
    private final Map<String, Gauge> gauges = new ConcurrentHashMap<>();

    public Gauges(Platform platform) {
        this.platform = platform;
    }

    /** The usage of a container's cgroup, which was empty at {@code start}. */
    Gauge.Reading container(String id, String cgroup, long start) {
        return read(id, cgroup, CpuRate.since(start));
    }

    /** The usage of a pod's cgroup, which may have been there before the pod. */
    Gauge.Reading pod(String id, String cgroup) {
        return read(id, cgroup, CpuRate.unknown());
    }

    private Gauge.Reading read(String id, String cgroup, CpuRate rate) {
        return gauges.computeIfAbsent(id, _ -> make(cgroup, rate)).read(platform.now());
    }

    private Gauge make(String cgroup, CpuRate rate) {
        return new Gauge(platform.cgroups().open(cgroup).keepOpen(), rate, gauges.size() < KEPT_OPEN);
    }

    /** Drops the gauge of what has ended. */
    public void changed(Change change) {
        if (change.type() == ContainerEventType.CONTAINER_STOPPED_EVENT
                || change.type() == ContainerEventType.CONTAINER_DELETED_EVENT) {
            drop(change.id());
        }
    }

    /** For who finds that it ended while its usage was read. */
    void drop(String id) {
        Gauge gauge = gauges.remove(id);
        if (gauge != null) {
            gauge.close();
        }
    }
}
