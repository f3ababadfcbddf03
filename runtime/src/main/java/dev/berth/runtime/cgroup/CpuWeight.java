package dev.berth.runtime.cgroup;

/** Turns CPU shares of cgroup v1 into a cgroup v2 weight. */
public final class CpuWeight {
    static final long MIN_SHARES = 2;
    static final long MAX_SHARES = 262_144;

    private CpuWeight() {}

    /**
     * A curve through (2, 1), (1024, 100) and (262144, 10000), the default to the default, as newer OCI runtimes have it.
     *
     * @param shares cpu.shares, clamped to 2..262144
     * @return cpu.weight, 1 to 10000
     */
    public static long ofShares(long shares) {
        if (shares <= MIN_SHARES) {
            return 1;
        }
        if (shares >= MAX_SHARES) {
            return 10_000;
        }
        double log = Math.log((double) shares) / Math.log(2);
        // Rounded a little so that 1024, whose weight is exactly 100, does not become 101.
        double weight = Math.pow(10, (log * log + 125 * log) / 612 - 7.0 / 34);
        return (long) Math.ceil(weight - 1e-9);
    }
}
