package dev.berth.cri.series;

import dev.berth.cri.v1.Metric;
import dev.berth.cri.v1.MetricDescriptor;
import dev.berth.cri.v1.MetricType;
import dev.berth.cri.v1.UInt64Value;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every series: the names and labels that cAdvisor gave them. The CRI carries whole numbers, so counters of seconds are rounded
 * down.
 */
enum Series {
    CPU_USER_SECONDS_TOTAL(MetricType.COUNTER, "CPU time in user mode, in whole seconds"),
    CPU_SYSTEM_SECONDS_TOTAL(MetricType.COUNTER, "CPU time in kernel mode, in whole seconds"),
    CPU_USAGE_SECONDS_TOTAL(MetricType.COUNTER, "CPU time, in whole seconds", "cpu"),
    CPU_CFS_PERIODS_TOTAL(MetricType.COUNTER, "Scheduling periods that passed while a quota was set"),
    CPU_CFS_THROTTLED_PERIODS_TOTAL(MetricType.COUNTER, "Scheduling periods in which the quota was used up"),
    CPU_CFS_THROTTLED_SECONDS_TOTAL(MetricType.COUNTER, "Time spent throttled, in whole seconds"),
    MEMORY_CACHE(MetricType.GAUGE, "Bytes of file pages"),
    MEMORY_RSS(MetricType.GAUGE, "Bytes of anonymous memory"),
    MEMORY_KERNEL_USAGE(MetricType.GAUGE, "Bytes that the kernel holds"),
    MEMORY_MAPPED_FILE(MetricType.GAUGE, "Bytes of mapped files"),
    MEMORY_SWAP(MetricType.GAUGE, "Bytes swapped out"),
    MEMORY_FAILCNT(MetricType.COUNTER, "Times that memory met its limit"),
    MEMORY_USAGE_BYTES(MetricType.GAUGE, "Bytes of memory, file pages included"),
    MEMORY_MAX_USAGE_BYTES(MetricType.GAUGE, "The most bytes of memory there were"),
    MEMORY_WORKING_SET_BYTES(MetricType.GAUGE, "Bytes of memory without file pages that were not used lately"),
    MEMORY_TOTAL_ACTIVE_FILE_BYTES(MetricType.GAUGE, "Bytes of file pages used lately"),
    MEMORY_TOTAL_INACTIVE_FILE_BYTES(MetricType.GAUGE, "Bytes of file pages not used lately"),
    MEMORY_FAILURES_TOTAL(MetricType.COUNTER, "Page faults", "failure_type", "scope"),
    OOM_EVENTS_TOTAL(MetricType.COUNTER, "Processes killed for lack of memory"),
    NETWORK_RECEIVE_BYTES_TOTAL(MetricType.COUNTER, "Bytes received", "interface"),
    NETWORK_RECEIVE_PACKETS_TOTAL(MetricType.COUNTER, "Packets received", "interface"),
    NETWORK_RECEIVE_PACKETS_DROPPED_TOTAL(MetricType.COUNTER, "Packets dropped that were to be received", "interface"),
    NETWORK_RECEIVE_ERRORS_TOTAL(MetricType.COUNTER, "Errors of packets that were to be received", "interface"),
    NETWORK_TRANSMIT_BYTES_TOTAL(MetricType.COUNTER, "Bytes sent", "interface"),
    NETWORK_TRANSMIT_PACKETS_TOTAL(MetricType.COUNTER, "Packets sent", "interface"),
    NETWORK_TRANSMIT_PACKETS_DROPPED_TOTAL(MetricType.COUNTER, "Packets dropped that were to be sent", "interface"),
    NETWORK_TRANSMIT_ERRORS_TOTAL(MetricType.COUNTER, "Errors of packets that were to be sent", "interface"),
    FS_INODES_FREE(MetricType.GAUGE, "Free inodes of the filesystem of the writable layer", "device"),
    FS_INODES_TOTAL(MetricType.GAUGE, "Inodes of the filesystem of the writable layer", "device"),
    FS_LIMIT_BYTES(MetricType.GAUGE, "Size of the filesystem of the writable layer", "device"),
    FS_USAGE_BYTES(MetricType.GAUGE, "Bytes written to the writable layer", "device"),
    FS_READS_TOTAL(MetricType.COUNTER, "Reads from a block device", "device"),
    FS_WRITES_TOTAL(MetricType.COUNTER, "Writes to a block device", "device"),
    FS_READS_BYTES_TOTAL(MetricType.COUNTER, "Bytes read from a block device", "device"),
    FS_WRITES_BYTES_TOTAL(MetricType.COUNTER, "Bytes written to a block device", "device"),
    BLKIO_DEVICE_USAGE_TOTAL(
            MetricType.COUNTER,
            "Bytes read from and written to a block device",
            "device",
            "major",
            "minor",
            "operation"),
    PROCESSES(MetricType.GAUGE, "Processes"),
    FILE_DESCRIPTORS(MetricType.GAUGE, "Open file descriptors"),
    SOCKETS(MetricType.GAUGE, "Open sockets"),
    THREADS(MetricType.GAUGE, "Threads"),
    THREADS_MAX(MetricType.GAUGE, "The most threads allowed; 0 for no limit"),
    ULIMITS_SOFT(MetricType.GAUGE, "Soft limits of the first process; one without limit is left out", "ulimit"),
    LAST_SEEN(MetricType.GAUGE, "When this was read, in seconds since the epoch"),
    START_TIME_SECONDS(MetricType.GAUGE, "When the container started, in seconds since the epoch"),
    SPEC_CPU_PERIOD(MetricType.GAUGE, "Length of a scheduling period in microseconds"),
    SPEC_CPU_QUOTA(MetricType.GAUGE, "CPU time in a period in microseconds; left out without a quota"),
    SPEC_CPU_SHARES(MetricType.GAUGE, "Weight among other containers"),
    SPEC_MEMORY_LIMIT_BYTES(MetricType.GAUGE, "Memory limit; 0 for none"),
    SPEC_MEMORY_RESERVATION_LIMIT_BYTES(MetricType.GAUGE, "Memory reservation; the CRI knows none, so 0"),
    SPEC_MEMORY_SWAP_LIMIT_BYTES(MetricType.GAUGE, "Limit of memory and swap together; 0 for none"),
    HUGETLB_USAGE_BYTES(MetricType.GAUGE, "Bytes of huge pages", "pagesize"),
    HUGETLB_MAX_USAGE_BYTES(MetricType.GAUGE, "The most bytes of huge pages there were", "pagesize"),
    PRESSURE_CPU_STALLED_SECONDS_TOTAL(MetricType.COUNTER, "Time in which all tasks waited for cpu, in whole seconds"),
    PRESSURE_CPU_WAITING_SECONDS_TOTAL(MetricType.COUNTER, "Time in which some task waited for cpu, in whole seconds"),
    PRESSURE_MEMORY_STALLED_SECONDS_TOTAL(
            MetricType.COUNTER, "Time in which all tasks waited for memory, in whole seconds"),
    PRESSURE_MEMORY_WAITING_SECONDS_TOTAL(
            MetricType.COUNTER, "Time in which some task waited for memory, in whole seconds"),
    PRESSURE_IO_STALLED_SECONDS_TOTAL(MetricType.COUNTER, "Time in which all tasks waited for io, in whole seconds"),
    PRESSURE_IO_WAITING_SECONDS_TOTAL(MetricType.COUNTER, "Time in which some task waited for io, in whole seconds");

    /** Labels of every series, before its own. */
    static final List<String> LABELS = List.of("id", "image", "namespace", "pod", "container");

    private final MetricType type;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<String> ownLabels;

    Series(MetricType type, String help, String... ownLabels) {
        this.type = type;
        this.help = help;
        this.ownLabels = List.of(ownLabels);
    }

    String metricName() {
        return "container_" + name().toLowerCase(Locale.ROOT);
    }

    MetricDescriptor descriptor() {
        return MetricDescriptor.newBuilder()
                .setName(metricName())
                .setHelp(help + ".")
                .addAllLabelKeys(LABELS)
                .addAllLabelKeys(ownLabels)
                .build();
    }

    MetricType type() {
        return type;
    }

    String help() {
        return help;
    }

    /** Names of all labels of a sample, in the order of their values. */
    List<String> labelNames() {
        return Stream.concat(LABELS.stream(), ownLabels.stream()).toList();
    }

    void requireLabels(int count) {
        if (count != ownLabels.size()) {
            throw new IllegalArgumentException("%s has the labels %s".formatted(metricName(), ownLabels));
        }
    }

    /**
     * @param labels values of {@link #LABELS}
     * @param own values of the series' own labels
     */
    Metric metric(long timestamp, long value, List<String> labels, List<String> own) {
        return Metric.newBuilder()
                .setName(metricName())
                .setTimestamp(timestamp)
                .setMetricType(type)
                .addAllLabelValues(labels)
                .addAllLabelValues(own)
                .setValue(UInt64Value.newBuilder().setValue(value))
                .build();
    }
}
