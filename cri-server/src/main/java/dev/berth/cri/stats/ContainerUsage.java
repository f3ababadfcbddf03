package dev.berth.cri.stats;

import dev.berth.cri.container.Container;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.v1.ContainerAttributes;
import dev.berth.cri.v1.ContainerStats;
import dev.berth.cri.v1.CpuUsage;
import dev.berth.cri.v1.MemoryUsage;
import dev.berth.runtime.cgroup.CgroupStats;
import dev.berth.state.v1.ContainerRecord;

/** What containers use now, read from their cgroups and writable layers. */
public final class ContainerUsage {
    private final Platform platform;
    private final Gauges gauges;
    private final LayerUsage layers;

    public ContainerUsage(Platform platform, Gauges gauges, LayerUsage layers) {
        this.platform = platform;
        this.gauges = gauges;
        this.layers = layers;
    }

    ContainerStats of(Container container) {
        ContainerRecord record = container.record();
        ContainerStats.Builder stats = ContainerStats.newBuilder()
                .setAttributes(ContainerAttributes.newBuilder()
                        .setId(container.id())
                        .setMetadata(record.getConfig().getMetadata())
                        .putAllLabels(record.getConfig().getLabelsMap())
                        .putAllAnnotations(record.getConfig().getAnnotationsMap()))
                .setWritableLayer(layers.filesystem(container.id()));
        if (record.getPhase() == ContainerRecord.Phase.RUNNING) {
            addUsage(stats, gauges.container(container.id(), record.getCgroup(), record.getStartedAt()));
            if (!container.running()) {
                gauges.drop(container.id());
            }
        } else {
            long now = platform.now();
            stats.setCpu(CpuUsage.newBuilder().setTimestamp(now))
                    .setMemory(MemoryUsage.newBuilder().setTimestamp(now));
        }
        return stats.build();
    }

    private static void addUsage(ContainerStats.Builder stats, Gauge.Reading reading) {
        CgroupStats usage = reading.stats();
        stats.setCpu(UsageView.cpu(reading)).setMemory(UsageView.memory(usage));
        CgroupStats.Swap swap = usage.swap();
        if (swap != null) {
            stats.setSwap(UsageView.swap(swap, usage.timestamp()));
        }
        CgroupStats.Pressure io = usage.pressures().io();
        if (io != null) {
            stats.setIo(UsageView.io(io, usage.timestamp()));
        }
    }
}
