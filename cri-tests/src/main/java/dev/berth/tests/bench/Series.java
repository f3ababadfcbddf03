package dev.berth.tests.bench;

import java.util.Arrays;

/** Samples of one operation on one subject: wall time of each, processor time of all. */
final class Series {
    private long[] nanos = new long[64];
    private int count;
    private long cpuNanos;

    void add(long wallNanos, long cpu) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = wallNanos;
        cpuNanos += cpu;
    }

    int count() {
        return count;
    }

    /** Milliseconds at this quantile, 0 the smallest sample. */
    double quantile(double q) {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return (double) sorted[(int) Math.round(q * (count - 1))] / 1e6;
    }

    /** Mean processor milliseconds of the whole machine per sample. */
    double cpu() {
        return count == 0 ? Double.NaN : (double) cpuNanos / 1e6 / count;
    }
}
