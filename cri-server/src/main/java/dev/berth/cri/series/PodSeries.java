package dev.berth.cri.series;

import dev.berth.cri.container.Container;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.stats.LayerUsage;
import dev.berth.cri.stats.NetworkDevices;
import dev.berth.cri.v1.ContainerMetrics;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.PodSandboxMetadata;
import dev.berth.cri.v1.PodSandboxMetrics;
import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupStats;
import dev.berth.runtime.kernel.FilesystemSpace;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.state.v1.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads every series of a pod: its network devices, and each running container. */
public final class PodSeries {
    /** What the container label says where the pod itself is meant. */
    private static final String POD = "POD";

    private static final long NANOS = 1_000_000_000L;
    private static final long USUAL_PERIOD = 100_000;
    private static final long USUAL_SHARES = 1_024;

    private final Platform platform;
    private final LayerUsage layers;
    private final String device;

    public PodSeries(Platform platform, LayerUsage layers) {
        this.platform = platform;
        this.layers = layers;
        this.device = device();
    }

    private String device() {
        try {
            return Files.getFileStore(platform.layout().root()).name();
        } catch (IOException _) {
            return "unknown";
        }
    }

    /** What CRI answers. */
    PodSandboxMetrics of(Pod pod) {
        PodSandboxMetrics.Builder metrics = PodSandboxMetrics.newBuilder()
                .setPodSandboxId(pod.id())
                .addAllMetrics(network(pod).metrics());
        for (Container container : pod.containerList()) {
            if (container.running()) {
                metrics.addContainerMetrics(ContainerMetrics.newBuilder()
                        .setContainerId(container.id())
                        .addAllMetrics(of(container).metrics()));
            }
        }
        return metrics.build();
    }

    /** The series of the pod itself; none on the node's network. */
    Samples network(Pod pod) {
        Samples own = new Samples(platform.now(), labels(pod, pod.id(), "", POD));
        if (!pod.hostNetwork()) {
            addNetwork(own, NetworkDevices.of(platform.kernel(), pod.record().getShimPid()));
        }
        return own;
    }

    private static List<String> labels(Pod pod, String id, String image, String container) {
        PodSandboxMetadata metadata = pod.record().getConfig().getMetadata();
        return List.of(id, image, metadata.getNamespace(), metadata.getName(), container);
    }

    /** Loopback leads nowhere and is left out. */
    static void addNetwork(Samples samples, List<NetworkDevices.Device> devices) {
        for (NetworkDevices.Device one : devices) {
            if (!one.loopback()) {
                String name = one.name();
                samples.add(Series.NETWORK_RECEIVE_BYTES_TOTAL, one.rxBytes(), name);
                samples.add(Series.NETWORK_RECEIVE_PACKETS_TOTAL, one.rxPackets(), name);
                samples.add(Series.NETWORK_RECEIVE_PACKETS_DROPPED_TOTAL, one.rxDropped(), name);
                samples.add(Series.NETWORK_RECEIVE_ERRORS_TOTAL, one.rxErrors(), name);
                samples.add(Series.NETWORK_TRANSMIT_BYTES_TOTAL, one.txBytes(), name);
                samples.add(Series.NETWORK_TRANSMIT_PACKETS_TOTAL, one.txPackets(), name);
                samples.add(Series.NETWORK_TRANSMIT_PACKETS_DROPPED_TOTAL, one.txDropped(), name);
                samples.add(Series.NETWORK_TRANSMIT_ERRORS_TOTAL, one.txErrors(), name);
            }
        }
    }

    Samples of(Container container) {
        ContainerRecord record = container.record();
        Cgroup cgroup = platform.cgroups().open(record.getCgroup());
        CgroupStats stats = cgroup.stats();
        Samples samples = new Samples(
                stats.timestamp(),
                labels(
                        container.pod(),
                        container.id(),
                        record.getConfig().getImage().getImage(),
                        record.getConfig().getMetadata().getName()));
        CgroupSeries.add(samples, stats, cgroup.detail(), cgroup.oomKills());
        addProcesses(samples, cgroup.pids(), stats.pids());
        addFilesystem(samples, container.id());
        stats.io().forEach(transfers -> addTransfers(samples, transfers));
        addLimits(samples, record.getResources());
        samples.add(Series.LAST_SEEN, stats.timestamp() / NANOS);
        samples.add(Series.START_TIME_SECONDS, record.getStartedAt() / NANOS);
        return samples;
    }

    private void addProcesses(Samples samples, List<Integer> pids, CgroupStats.@Nullable Pids threads) {
        ProcessCounts counts = ProcessCounts.of(platform.kernel(), pids);
        samples.add(Series.PROCESSES, pids.size());
        samples.add(Series.FILE_DESCRIPTORS, counts.descriptors());
        samples.add(Series.SOCKETS, counts.sockets());
        counts.openFilesLimit().ifPresent(limit -> samples.add(Series.ULIMITS_SOFT, limit, "max_open_files"));
        if (threads != null) {
            Long most = threads.limit();
            samples.add(Series.THREADS, threads.current());
            samples.add(Series.THREADS_MAX, most == null ? 0 : most);
        }
    }

    private void addFilesystem(Samples samples, String container) {
        samples.add(Series.FS_USAGE_BYTES, layers.bytes(container), device);
        try {
            FilesystemSpace space =
                    platform.kernel().statfs(platform.layout().root().toString());
            samples.add(Series.FS_LIMIT_BYTES, space.bytes(), device);
            samples.add(Series.FS_INODES_TOTAL, space.inodes(), device);
            samples.add(Series.FS_INODES_FREE, space.freeInodes(), device);
        } catch (KernelFailure _) {
            // The next reading may know.
        }
    }

    private static void addTransfers(Samples samples, CgroupStats.Device transfers) {
        BlockDevice block = BlockDevice.of(transfers.number());
        samples.add(Series.FS_READS_TOTAL, transfers.reads(), block.name());
        samples.add(Series.FS_WRITES_TOTAL, transfers.writes(), block.name());
        samples.add(Series.FS_READS_BYTES_TOTAL, transfers.readBytes(), block.name());
        samples.add(Series.FS_WRITES_BYTES_TOTAL, transfers.writtenBytes(), block.name());
        samples.add(
                Series.BLKIO_DEVICE_USAGE_TOTAL,
                transfers.readBytes(),
                block.name(),
                block.major(),
                block.minor(),
                "Read");
        samples.add(
                Series.BLKIO_DEVICE_USAGE_TOTAL,
                transfers.writtenBytes(),
                block.name(),
                block.major(),
                block.minor(),
                "Write");
    }

    private static void addLimits(Samples samples, LinuxContainerResources limits) {
        samples.add(Series.SPEC_CPU_PERIOD, limits.getCpuPeriod() == 0 ? USUAL_PERIOD : limits.getCpuPeriod());
        samples.add(Series.SPEC_CPU_SHARES, limits.getCpuShares() == 0 ? USUAL_SHARES : limits.getCpuShares());
        if (limits.getCpuQuota() > 0) {
            samples.add(Series.SPEC_CPU_QUOTA, limits.getCpuQuota());
        }
        samples.add(Series.SPEC_MEMORY_LIMIT_BYTES, Math.max(0, limits.getMemoryLimitInBytes()));
        samples.add(Series.SPEC_MEMORY_RESERVATION_LIMIT_BYTES, 0);
        samples.add(Series.SPEC_MEMORY_SWAP_LIMIT_BYTES, Math.max(0, limits.getMemorySwapLimitInBytes()));
    }
}
