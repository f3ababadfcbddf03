package dev.berth.cri.container;

import dev.berth.cri.pod.Platform;
import dev.berth.cri.v1.ContainerAttributes;
import dev.berth.cri.v1.ContainerStats;
import dev.berth.cri.v1.CpuUsage;
import dev.berth.cri.v1.FilesystemIdentifier;
import dev.berth.cri.v1.FilesystemUsage;
import dev.berth.cri.v1.MemoryUsage;
import dev.berth.cri.v1.SwapUsage;
import dev.berth.cri.v1.UInt64Value;
import dev.berth.runtime.cgroup.CgroupStats;
import dev.berth.state.v1.ContainerRecord;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What containers use now, read from their cgroups and writable layers. */
public final class ContainerUsage {
    private static final long NANOS_A_SECOND = 1_000_000_000L;

    /** The CPU time of a container at some moment, to tell how much it used since. */
    private record Sample(long timestamp, long usage) {}

    private final Platform platform;
    private final LayerUsage layers;
    private final Map<String, Sample> samples = new ConcurrentHashMap<>();

    public ContainerUsage(Platform platform) {
        this.platform = platform;
        this.layers = new LayerUsage(platform);
    }

    ContainerStats of(Container container) {
        ContainerRecord record = container.record();
        ContainerStats.Builder stats = ContainerStats.newBuilder()
                .setAttributes(ContainerAttributes.newBuilder()
                        .setId(container.id())
                        .setMetadata(record.getConfig().getMetadata())
                        .putAllLabels(record.getConfig().getLabelsMap())
                        .putAllAnnotations(record.getConfig().getAnnotationsMap()));
        CgroupStats usage = container.running()
                ? platform.cgroups().open(record.getCgroup()).stats()
                : null;
        long now = usage == null ? platform.now() : usage.timestamp();
        stats.setCpu(cpu(container.id(), usage == null ? null : usage.cpu(), now));
        stats.setMemory(memory(usage == null ? null : usage.memory(), now));
        if (usage != null && usage.swap() != null) {
            stats.setSwap(swap(usage.swap(), now));
        }
        return stats.setWritableLayer(writableLayer(container)).build();
    }

    /** Forgets what was known of containers that are gone. */
    void retain(Containers containers) {
        samples.keySet().retainAll(containers.ids());
        layers.retain(containers.ids());
    }

    private CpuUsage cpu(String id, CgroupStats.@Nullable Cpu cpu, long now) {
        CpuUsage.Builder usage = CpuUsage.newBuilder().setTimestamp(now);
        if (cpu == null) {
            return usage.build();
        }
        usage.setUsageCoreNanoSeconds(value(cpu.usage()));
        Sample before = samples.put(id, new Sample(now, cpu.usage()));
        if (before != null && now > before.timestamp()) {
            double seconds = (double) (now - before.timestamp()) / NANOS_A_SECOND;
            usage.setUsageNanoCores(value((long) (Math.max(0, cpu.usage() - before.usage()) / seconds)));
        }
        return usage.build();
    }

    private static MemoryUsage memory(CgroupStats.@Nullable Memory memory, long now) {
        MemoryUsage.Builder usage = MemoryUsage.newBuilder().setTimestamp(now);
        if (memory == null) {
            return usage.build();
        }
        usage.setWorkingSetBytes(value(memory.workingSet()))
                .setUsageBytes(value(memory.usage()))
                .setRssBytes(value(memory.rss()))
                .setPageFaults(value(memory.faults()))
                .setMajorPageFaults(value(memory.majorFaults()));
        Long available = memory.available();
        if (available != null) {
            usage.setAvailableBytes(value(available));
        }
        return usage.build();
    }

    private static SwapUsage swap(CgroupStats.Swap swap, long now) {
        SwapUsage.Builder usage = SwapUsage.newBuilder().setTimestamp(now).setSwapUsageBytes(value(swap.usage()));
        Long available = swap.available();
        if (available != null) {
            usage.setSwapAvailableBytes(value(available));
        }
        return usage.build();
    }

    private FilesystemUsage writableLayer(Container container) {
        LayerUsage.Usage usage = layers.of(container.id());
        return FilesystemUsage.newBuilder()
                .setTimestamp(usage.timestamp())
                .setFsId(FilesystemIdentifier.newBuilder()
                        .setMountpoint(platform.layout().root().toString()))
                .setUsedBytes(value(usage.bytes()))
                .setInodesUsed(value(usage.inodes()))
                .build();
    }

    private static UInt64Value value(long number) {
        return UInt64Value.newBuilder().setValue(number).build();
    }
}
