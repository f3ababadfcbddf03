package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.berth.cri.v1.ContainerMetrics;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.ListMetricDescriptorsRequest;
import dev.berth.cri.v1.ListPodSandboxMetricsRequest;
import dev.berth.cri.v1.Metric;
import dev.berth.cri.v1.MetricDescriptor;
import dev.berth.cri.v1.PodSandboxMetrics;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The metrics that the kubelet shows as cAdvisor's. */
@OnNode
class PodMetricsTest {
    private static final long LIMIT = 64L << 20;

    /** Names after `container_` that have a value in every pod. */
    private static final List<String> WITH_VALUES = List.of(
            "cpu_cfs_periods_total",
            "cpu_cfs_throttled_periods_total",
            "cpu_cfs_throttled_seconds_total",
            "cpu_system_seconds_total",
            "cpu_usage_seconds_total",
            "cpu_user_seconds_total",
            "file_descriptors",
            "fs_inodes_free",
            "fs_inodes_total",
            "fs_limit_bytes",
            "fs_usage_bytes",
            "last_seen",
            "memory_cache",
            "memory_failcnt",
            "memory_failures_total",
            "memory_kernel_usage",
            "memory_mapped_file",
            "memory_max_usage_bytes",
            "memory_rss",
            "memory_swap",
            "memory_usage_bytes",
            "memory_working_set_bytes",
            "network_receive_bytes_total",
            "network_receive_errors_total",
            "network_receive_packets_dropped_total",
            "network_receive_packets_total",
            "network_transmit_bytes_total",
            "network_transmit_errors_total",
            "network_transmit_packets_dropped_total",
            "network_transmit_packets_total",
            "oom_events_total",
            "processes",
            "sockets",
            "spec_cpu_period",
            "spec_cpu_shares",
            "spec_memory_limit_bytes",
            "spec_memory_swap_limit_bytes",
            "start_time_seconds",
            "threads",
            "threads_max");

    /** Names that are described, and have values where the pod has used a device. */
    private static final List<String> OF_DEVICES = List.of(
            "blkio_device_usage_total",
            "fs_reads_bytes_total",
            "fs_reads_total",
            "fs_writes_bytes_total",
            "fs_writes_total");

    private final Pods pods;

    PodMetricsTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("metrics.descriptors")
    void everyMetricIsDescribed() {
        Map<String, MetricDescriptor> descriptors = descriptors();
        for (MetricDescriptor descriptor : descriptors.values()) {
            assertFalse(descriptor.getHelp().isEmpty(), descriptor.toString());
            assertFalse(descriptor.getLabelKeysList().isEmpty(), descriptor.toString());
        }
        Set<String> missing = new TreeSet<>();
        for (List<String> names : List.of(WITH_VALUES, OF_DEVICES)) {
            names.forEach(name -> missing.add("container_" + name));
        }
        missing.removeAll(descriptors.keySet());
        assertEquals(Set.of(), missing);
    }

    @Test
    @Covers("metrics.values")
    void aPodHasAValueForEachAndALabelForEachKey() {
        Map<String, MetricDescriptor> descriptors = descriptors();
        RunningPod pod = pods.run("measured");
        String container = pod.start(pods.idle("main")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(LinuxContainerResources.newBuilder()
                                .setCpuPeriod(100_000)
                                .setCpuQuota(20_000)
                                .setCpuShares(1024)
                                .setMemoryLimitInBytes(LIMIT)
                                .setMemorySwapLimitInBytes(LIMIT))));
        pod.shell(container, "mkdir /data; for i in $(seq 10); do seq 1000 >/data/$i; done; sync");
        Set<String> missing = new TreeSet<>();
        WITH_VALUES.forEach(name -> missing.add("container_" + name));
        for (Metric metric : metrics(pod)) {
            MetricDescriptor descriptor =
                    Objects.requireNonNull(descriptors.get(metric.getName()), () -> "Not described: " + metric);
            assertEquals(descriptor.getLabelKeysCount(), metric.getLabelValuesCount(), metric.toString());
            missing.remove(metric.getName());
        }
        assertEquals(Set.of(), missing);
    }

    private Map<String, MetricDescriptor> descriptors() {
        Map<String, MetricDescriptor> descriptors = new HashMap<>();
        try {
            for (MetricDescriptor descriptor : pods.client()
                    .runtime()
                    .listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance())
                    .getDescriptorsList()) {
                descriptors.put(descriptor.getName(), descriptor);
            }
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                abort("CRI lets a server have no metrics: " + e.getMessage());
            }
            throw e;
        }
        return descriptors;
    }

    /** Those of a pod and of its containers. */
    private List<Metric> metrics(RunningPod pod) {
        List<Metric> metrics = new ArrayList<>();
        for (PodSandboxMetrics one : pods.client()
                .runtime()
                .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
                .getPodMetricsList()) {
            if (one.getPodSandboxId().equals(pod.id())) {
                metrics.addAll(one.getMetricsList());
                for (ContainerMetrics container : one.getContainerMetricsList()) {
                    metrics.addAll(container.getMetricsList());
                }
            }
        }
        return metrics;
    }
}
