package dev.berth.runtime.cgroup;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cgroup used until the moment of reading. Parts whose files do not exist (no such controller, or the cgroup is gone) are
 * null.
 *
 * @param timestamp when it was read, in nanoseconds since the epoch
 */
public record CgroupStats(
        long timestamp,
        @Nullable Cpu cpu,
        @Nullable Memory memory,
        @Nullable Swap swap,
        @Nullable Pids pids,
        Pressures pressures,
        List<Device> io) {
    public CgroupStats {
        io = List.copyOf(io);
    }

    /**
     * All times in nanoseconds of CPU time.
     *
     * @param periods scheduling periods that passed while a quota was set
     * @param throttledPeriods those in which the quota was used up
     */
    public record Cpu(long usage, long user, long system, long periods, long throttledPeriods, long throttledTime) {}

    /**
     * All in bytes but the faults.
     *
     * @param workingSet usage without file pages that were not used for long, which is what eviction looks at
     * @param limit the lowest limit here and, on v1, above; null when there is none
     * @param rss anonymous memory
     * @param cache file pages
     * @param peak the highest usage; 0 when the kernel does not keep it
     * @param failures times that an allocation met the limit
     */
    public record Memory(
            long usage,
            long workingSet,
            @Nullable Long limit,
            long rss,
            long cache,
            long mapped,
            long faults,
            long majorFaults,
            long peak,
            long failures) {
        /** What is left below the limit, or null when there is none. */
        public @Nullable Long available() {
            return limit == null ? null : (Long) Math.max(0, limit - workingSet);
        }
    }

    /**
     * @param usage bytes swapped out
     * @param limit bytes that may be; null when there is no limit
     */
    public record Swap(long usage, @Nullable Long limit) {
        public @Nullable Long available() {
            return limit == null ? null : (Long) Math.max(0, limit - usage);
        }
    }

    /** @param limit null when there is none */
    public record Pids(long current, @Nullable Long limit) {}

    /** Pressure stall information by resource; null where the kernel keeps none. */
    public record Pressures(
            @Nullable Pressure cpu,
            @Nullable Pressure memory,
            @Nullable Pressure io) {}

    /** Times in which some, or all, tasks waited. */
    public record Pressure(Stall some, Stall full) {}

    /**
     * @param average10 percent of the last ten seconds
     * @param total microseconds since the cgroup was made
     */
    public record Stall(double average10, double average60, double average300, long total) {
        public static final Stall NONE = new Stall(0, 0, 0, 0);
    }

    /** Transfers of one block device: bytes and requests. */
    public record Device(String number, long readBytes, long writtenBytes, long reads, long writes) {}

    /** How much is read. */
    enum Detail {
        /** What changes from moment to moment, in few files: the parts named at {@link #ALL} are 0 or empty where they cost a file. */
        USAGE,
        /** Also user and system time, peak and failures of memory, and transfers by device. */
        ALL
    }

    static CgroupStats read(CgroupValues values, Detail detail) {
        Instant now = Instant.now();
        CgroupStatsReader reader = new CgroupStatsReader(values, detail);
        return new CgroupStats(
                now.getEpochSecond() * 1_000_000_000L + now.getNano(),
                reader.cpu(),
                reader.memory(),
                reader.swap(),
                reader.pids(),
                reader.pressures(),
                reader.io());
    }
}
