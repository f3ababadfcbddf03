package dev.berth.cri.stats;

import dev.berth.runtime.cgroup.CgroupStats;
import dev.berth.runtime.cgroup.OpenCgroup;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The usage of one cgroup. A reading is good for 100 ms, so callers at the same time share one. */
final class Gauge {
    private static final long FRESH = Duration.ofMillis(100).toNanos();

    /**
     * @param nanoCores nanoseconds of CPU time used in a second; null when nothing is known yet
     */
    record Reading(CgroupStats stats, @Nullable Long nanoCores) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final OpenCgroup cgroup;
    private final CpuRate rate;
    private final boolean keptOpen;
    private @Nullable Reading last;
    private boolean closed;

    /** @param keptOpen whether descriptors stay open between readings */
    Gauge(OpenCgroup cgroup, CpuRate rate, boolean keptOpen) {
        this.cgroup = cgroup;
        this.rate = rate;
        this.keptOpen = keptOpen;
    }

    /** @param now nanoseconds since the epoch */
    Reading read(long now) {
        lock.lock();
        try {
            Reading known = last;
            if (known != null && Math.abs(now - known.stats().timestamp()) < FRESH) {
                return known;
            }
            Reading fresh = fresh();
            last = fresh;
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private Reading fresh() {
        CgroupStats stats = cgroup.usage();
        if (closed || !keptOpen) {
            cgroup.close();
        }
        CgroupStats.Cpu cpu = stats.cpu();
        return new Reading(stats, cpu == null ? null : rate.sample(stats.timestamp(), cpu.usage()));
    }

    /** Closes the descriptors; a reading that comes later opens and closes its own. */
    void close() {
        lock.lock();
        try {
            closed = true;
            cgroup.close();
        } finally {
            lock.unlock();
        }
    }
}
