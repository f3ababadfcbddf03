package dev.berth.tests.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was measured: a series for each operation of each subject, in the order of first appearance. */
final class Results {
    private final Map<String, Map<String, Series>> operations = new LinkedHashMap<>();

    /** Work that is measured. */
    interface Work {
        void run() throws Exception;
    }

    Series series(String operation, String subject) {
        return operations
                .computeIfAbsent(operation, _ -> new LinkedHashMap<>())
                .computeIfAbsent(subject, _ -> new Series());
    }

    /** Runs and counts it as one sample. */
    void measure(String operation, String subject, Work work) throws Exception {
        measureEach(operation, subject, 1, work);
    }

    /** Runs work that is this many operations; the sample is their mean. */
    void measureEach(String operation, String subject, int count, Work work) throws Exception {
        long cpu = MachineCpu.nanos();
        long begin = System.nanoTime();
        work.run();
        long wall = System.nanoTime() - begin;
        series(operation, subject).add(wall / count, (MachineCpu.nanos() - cpu) / count);
    }

    /** One block an operation; ratios are those of `subject` to each other one. */
    String table(String subject) {
        StringBuilder text = new StringBuilder();
        operations.forEach((operation, all) -> {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%-48s %5s %9s %9s %9s %9s   %s%n",
                    operation,
                    "n",
                    "min ms",
                    "p50 ms",
                    "p90 ms",
                    "CPU ms",
                    all.containsKey(subject) ? "p50 and CPU of " + subject + " to this" : ""));
            Series ours = all.get(subject);
            all.forEach((name, series) -> text.append(row(name, series, name.equals(subject) ? null : ours)));
        });
        return text.toString();
    }

    /** The p50 of an operation beside that of its floor: times it and milliseconds over it. */
    String toFloor(String subject, String operation, String floor) {
        double ours = series(operation, subject).quantile(0.5);
        double least = series(Floors.OPERATION, floor).quantile(0.5);
        return String.format(
                Locale.ROOT,
                "  %-40s %8.3f ms = %6.2fx %s (%+.3f ms)%n",
                operation,
                ours,
                ours / least,
                floor,
                ours - least);
    }

    private static String row(String name, Series series, @Nullable Series ours) {
        String ratio = ours == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.3fx  %.3fx",
                        ours.quantile(0.5) / series.quantile(0.5),
                        ours.cpu() / series.cpu());
        return String.format(
                Locale.ROOT,
                "  %-46s %5d %9.3f %9.3f %9.3f %9.3f   %s%n",
                name,
                series.count(),
                series.quantile(0),
                series.quantile(0.5),
                series.quantile(0.9),
                series.cpu(),
                ratio);
    }
}
