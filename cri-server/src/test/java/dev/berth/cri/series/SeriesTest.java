package dev.berth.cri.series;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Metric;
import dev.berth.cri.v1.MetricDescriptor;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
        Metric metric = samples.metrics().getFirst();
        assertEquals(2, metric.getValue().getValue());
        assertEquals(Series.CPU_USAGE_SECONDS_TOTAL.descriptor().getLabelKeysCount(), metric.getLabelValuesCount());
        assertThrows(IllegalArgumentException.class, () -> samples.add(Series.CPU_USAGE_SECONDS_TOTAL, 1));
    }

    @Test
    void prometheusSeesTheNamesOfCriAndFractionsOfSeconds() {
        Samples samples = new Samples(5, LABELS);
        samples.addNanos(Series.CPU_USAGE_SECONDS_TOTAL, 2_900_000_000L, "total");
        samples.add(Series.MEMORY_FAILCNT, 3);
        samples.add(Series.FS_INODES_TOTAL, 4, "sda");
        samples.add(Series.FS_INODES_TOTAL, 5, "sda");
        Map<Series, Map<Labels, Double>> values = new EnumMap<>(Series.class);
        PodPage.add(values, samples);
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        values.forEach((series, points) -> snapshots.metricSnapshot(PodPage.snapshot(series, points)));
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        assertDoesNotThrow(() -> PrometheusTextFormatWriter.create().write(page, snapshots.build()));
        String text = page.toString(StandardCharsets.UTF_8);
        // Labels are written in the order of their names.
        String labels = "container=\"main\",id=\"1\",image=\"image\",namespace=\"default\",pod=\"web\"";
        assertTrue(
                text.contains(
                        "container_cpu_usage_seconds_total{" + labels.replace(",id", ",cpu=\"total\",id") + "} 2.9"),
                text);
        assertTrue(text.contains("container_memory_failcnt{" + labels + "} 3.0"), text);
        assertTrue(
                text.contains("container_fs_inodes_total{" + labels.replace(",id", ",device=\"sda\",id") + "} 4.0"),
                text);
    }

    @Test
    void everySeriesHasANameThatPrometheusTakes() {
        for (Series series : Series.values()) {
            assertDoesNotThrow(() -> PodPage.snapshot(series, Map.of()), series.metricName());
        }
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
