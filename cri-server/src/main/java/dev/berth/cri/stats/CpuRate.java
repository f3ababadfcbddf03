package dev.berth.cri.stats;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How fast CPU time is used, from two real samples that are at least a second apart where there are such: calls in quick
 * succession do not make it jump.
 */
final class CpuRate {
    private static final long WINDOW = Duration.ofSeconds(1).toNanos();
    private static final double NANOS_A_SECOND = 1e9;

    /**
     * @param timestamp nanoseconds since the epoch
     * @param usage nanoseconds of CPU time until then
     */
    private record Sample(long timestamp, long usage) {}

    private @Nullable Sample older;
    private @Nullable Sample newer;

    /** Nothing is known yet. */
    static CpuRate unknown() {
        return new CpuRate();
    }

    /** Nothing had been used at that moment, in nanoseconds since the epoch. */
    static CpuRate since(long start) {
        CpuRate rate = new CpuRate();
        rate.newer = new Sample(start, 0);
        return rate;
    }

    private CpuRate() {}

    /** Takes a sample; nanoseconds of CPU time per second since the one before, or null when there is none. */
    @Nullable
    Long sample(long timestamp, long usage) {
        Sample last = newer;
        if (last == null || timestamp - last.timestamp() >= WINDOW) {
            older = last;
            newer = new Sample(timestamp, usage);
        }
        Sample base = older == null ? last : older;
        if (base == null || timestamp <= base.timestamp()) {
            return null;
        }
        double seconds = (timestamp - base.timestamp()) / NANOS_A_SECOND;
        return (long) (Math.max(0, usage - base.usage()) / seconds);
    }
}
