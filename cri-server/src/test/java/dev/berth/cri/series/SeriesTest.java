package dev.berth.cri.series;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Metric;
import dev.berth.cri.v1.MetricDescriptor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeriesTest {
    private static final List<String> LABELS = List.of("1", "image", "default", "web", "main");

    @Test
    void namesAreThoseOfCadvisorAndEachHasHelpAndLabels() {
        Set<String> names = new HashSet<>();
        for (Series series : Series.values()) {
            MetricDescriptor descriptor = series.descriptor();
            assertTrue(names.add(descriptor.getName()));
            assertTrue(descriptor.getName().matches("container_[a-z_]+"), descriptor.getName());
            assertFalse(descriptor.getHelp().isEmpty());
            assertTrue(descriptor.getLabelKeysCount() >= Series.LABELS.size());
        }
        assertEquals(58, names.size());
        assertTrue(names.containsAll(Arrays.asList(
                "container_cpu_usage_seconds_total",
                "container_network_receive_packets_dropped_total",
                "container_ulimits_soft",
                "container_pressure_memory_waiting_seconds_total",
                "container_memory_total_inactive_file_bytes")));
    }

    @Test
    void aSampleHasAValueForEachLabelOfItsSeries() {
        Samples samples = new Samples(5, LABELS);
        samples.addNanos(Series.CPU_USAGE_SECONDS_TOTAL, 2_900_000_000L, "total");
        Metric metric = samples.all().getFirst();
        assertEquals(2, metric.getValue().getValue());
        assertEquals(Series.CPU_USAGE_SECONDS_TOTAL.descriptor().getLabelKeysCount(), metric.getLabelValuesCount());
        assertThrows(IllegalArgumentException.class, () -> samples.add(Series.CPU_USAGE_SECONDS_TOTAL, 1));
    }

    @Test
    void theLimitOfOpenFilesIsTheSoftOneAndUnlimitedIsNone() {
        String limits = """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             100                  100                  processes
                Max open files            1024                 524288               files
                """;
        assertEquals(OptionalLong.of(1024), ProcessCounts.openFiles(limits));
        assertEquals(OptionalLong.empty(), ProcessCounts.openFiles(limits.replace("1024  ", "unlimited")));
    }
}
