package dev.berth.cri.series;

import dev.berth.cri.v1.Metric;
import java.util.ArrayList;
import java.util.List;

/** The samples of one pod or container, all of one moment and with the same labels but each series' own. */
final class Samples {
    private static final long NANOS = 1_000_000_000L;

    private final long timestamp;
    private final List<String> labels;
    private final List<Metric> all = new ArrayList<>();

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

    void add(Series series, long value, String... own) {
        all.add(series.sample(timestamp, value, labels, own));
    }

    /** A time given in nanoseconds. */
    void addNanos(Series series, long nanos, String... own) {
        add(series, nanos / NANOS, own);
    }

    List<Metric> all() {
        return List.copyOf(all);
    }
}
