package dev.berth.cri.series;

import dev.berth.cri.v1.Metric;
import java.util.ArrayList;
import java.util.List;

/** The samples of one pod or container, all of one moment and with the same labels but each series' own. */
final class Samples {
    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    /**
     * @param value seconds with their fraction, other things whole
     * @param own values of the series' own labels
     */
    record Sample(Series series, double value, List<String> own) {}

    private final long timestamp;
    private final List<String> labels;
    private final List<Sample> all = new ArrayList<>();

    /**
     * @param timestamp nanoseconds since the epoch
     * @param labels values of {@link Series#LABELS}
     */
    Samples(long timestamp, List<String> labels) {
        this.timestamp = timestamp;
        this.labels = List.copyOf(labels);
    }

    long timestamp() {
        return timestamp;
    }

    List<String> labels() {
        return labels;
    }

    void add(Series series, long value, String... own) {
        add(series, (double) value, own);
    }

    /** A time given in nanoseconds. */
    void addNanos(Series series, long nanos, String... own) {
        add(series, nanos / NANOS, own);
    }

    /** A time given in microseconds. */
    void addMicros(Series series, long micros, String... own) {
        add(series, micros / MICROS, own);
    }

    private void add(Series series, double value, String... own) {
        series.requireLabels(own.length);
        all.add(new Sample(series, value, List.of(own)));
    }

    List<Sample> all() {
        return List.copyOf(all);
    }

    /** As CRI carries them: whole numbers, rounded down. */
    List<Metric> metrics() {
        return all.stream()
                .map(sample -> sample.series().metric(timestamp, (long) sample.value(), labels, sample.own()))
                .toList();
    }
}
