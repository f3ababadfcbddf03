package dev.berth.cri.series;

import dev.berth.cri.container.Container;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.v1.MetricType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The series of pods on the page that Prometheus scrapes, under the names and labels that CRI gives them, with fractions of seconds.
 * Read at each scrape, of at most a thousand containers.
 */
public final class PodPage implements MultiCollector {
    private static final int MOST_CONTAINERS = 1_000;
    private static final String TOTAL = "_total";

    private final Pods pods;
    private final PodSeries series;

    public PodPage(Pods pods, PodSeries series) {
        this.pods = pods;
        this.series = series;
    }

    @Override
    public MetricSnapshots collect() {
        Map<Series, Map<Labels, Double>> values = new EnumMap<>(Series.class);
        List<Pod> ready = pods.all().stream().filter(Pod::ready).toList();
        ready.stream().limit(MOST_CONTAINERS).forEach(pod -> add(values, series.network(pod)));
        ready.stream()
                .flatMap(pod -> pod.containerList().stream())
                .filter(Container::running)
                .limit(MOST_CONTAINERS)
                .forEach(container -> add(values, series.of(container)));
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        values.forEach((one, points) -> snapshots.metricSnapshot(snapshot(one, points)));
        return snapshots.build();
    }

    /** Of two samples with the same labels, as of two devices without a name, the first counts. */
    static void add(Map<Series, Map<Labels, Double>> values, Samples samples) {
        for (Samples.Sample sample : samples.all()) {
            List<String> all = Stream.concat(samples.labels().stream(), sample.own().stream())
                    .toList();
            values.computeIfAbsent(sample.series(), _ -> new LinkedHashMap<>())
                    .putIfAbsent(Labels.of(sample.series().labelNames(), all), Math.max(0, sample.value()));
        }
    }

    /** The name decides between counter and not: Prometheus gives that ending to counters and to nothing else. */
    static MetricSnapshot snapshot(Series series, Map<Labels, Double> points) {
        String name = series.metricName();
        if (name.endsWith(TOTAL)) {
            return counter(series, name.substring(0, name.length() - TOTAL.length()), points);
        }
        return series.type() == MetricType.GAUGE ? gauge(series, name, points) : unknown(series, name, points);
    }

    /** Only CRI's numbers are whole. */
    private static String help(Series series) {
        return series.help().replace(", in whole seconds", ", in seconds") + ".";
    }

    private static MetricSnapshot counter(Series series, String name, Map<Labels, Double> points) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help(series));
        points.forEach((labels, value) -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build()));
        return counter.build();
    }

    private static MetricSnapshot gauge(Series series, String name, Map<Labels, Double> points) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help(series));
        points.forEach((labels, value) -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build()));
        return gauge.build();
    }

    private static MetricSnapshot unknown(Series series, String name, Map<Labels, Double> points) {
        UnknownSnapshot.Builder unknown = UnknownSnapshot.builder().name(name).help(help(series));
        points.forEach((labels, value) -> unknown.dataPoint(UnknownSnapshot.UnknownDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build()));
        return unknown.build();
    }
}
