package dev.berth.cri.series;

import dev.berth.runtime.cgroup.CgroupDetail;
import dev.berth.runtime.cgroup.CgroupStats;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The series that a container's cgroup tells. */
final class CgroupSeries {
    private static final List<String> SCOPES = List.of("container", "hierarchy");

    private CgroupSeries() {}

    static void add(Samples samples, CgroupStats stats, CgroupDetail detail, long oomKills) {
        CgroupStats.Cpu cpu = stats.cpu();
        if (cpu != null) {
            addCpu(samples, cpu);
        }
        CgroupStats.Memory memory = stats.memory();
        if (memory != null) {
            addMemory(samples, memory, detail);
            samples.add(Series.OOM_EVENTS_TOTAL, oomKills);
            CgroupStats.Swap swap = stats.swap();
            samples.add(Series.MEMORY_SWAP, swap == null ? 0 : swap.usage());
        }
        CgroupStats.Pressures pressures = stats.pressures();
        addPressure(
                samples,
                pressures.cpu(),
                Series.PRESSURE_CPU_STALLED_SECONDS_TOTAL,
                Series.PRESSURE_CPU_WAITING_SECONDS_TOTAL);
        addPressure(
                samples,
                pressures.memory(),
                Series.PRESSURE_MEMORY_STALLED_SECONDS_TOTAL,
                Series.PRESSURE_MEMORY_WAITING_SECONDS_TOTAL);
        addPressure(
                samples,
                pressures.io(),
                Series.PRESSURE_IO_STALLED_SECONDS_TOTAL,
                Series.PRESSURE_IO_WAITING_SECONDS_TOTAL);
        for (CgroupDetail.Hugepages pages : detail.hugepages()) {
            samples.add(Series.HUGETLB_USAGE_BYTES, pages.usage(), pages.size());
            samples.add(Series.HUGETLB_MAX_USAGE_BYTES, pages.peak(), pages.size());
        }
    }

    private static void addPressure(
            Samples samples, CgroupStats.@Nullable Pressure pressure, Series stalled, Series waiting) {
        if (pressure != null) {
            samples.addMicros(stalled, pressure.full().total());
            samples.addMicros(waiting, pressure.some().total());
        }
    }

    private static void addCpu(Samples samples, CgroupStats.Cpu cpu) {
        samples.addNanos(Series.CPU_USER_SECONDS_TOTAL, cpu.user());
        samples.addNanos(Series.CPU_SYSTEM_SECONDS_TOTAL, cpu.system());
        samples.addNanos(Series.CPU_USAGE_SECONDS_TOTAL, cpu.usage(), "total");
        samples.add(Series.CPU_CFS_PERIODS_TOTAL, cpu.periods());
        samples.add(Series.CPU_CFS_THROTTLED_PERIODS_TOTAL, cpu.throttledPeriods());
        samples.addNanos(Series.CPU_CFS_THROTTLED_SECONDS_TOTAL, cpu.throttledTime());
    }

    private static void addMemory(Samples samples, CgroupStats.Memory memory, CgroupDetail detail) {
        samples.add(Series.MEMORY_CACHE, memory.cache());
        samples.add(Series.MEMORY_RSS, memory.rss());
        samples.add(Series.MEMORY_KERNEL_USAGE, detail.kernelMemory());
        samples.add(Series.MEMORY_MAPPED_FILE, memory.mapped());
        samples.add(Series.MEMORY_FAILCNT, memory.failures());
        samples.add(Series.MEMORY_USAGE_BYTES, memory.usage());
        samples.add(Series.MEMORY_MAX_USAGE_BYTES, Math.max(memory.peak(), memory.usage()));
        samples.add(Series.MEMORY_WORKING_SET_BYTES, memory.workingSet());
        samples.add(Series.MEMORY_TOTAL_ACTIVE_FILE_BYTES, detail.activeFile());
        samples.add(Series.MEMORY_TOTAL_INACTIVE_FILE_BYTES, detail.inactiveFile());
        for (String scope : SCOPES) {
            samples.add(Series.MEMORY_FAILURES_TOTAL, memory.faults(), "pgfault", scope);
            samples.add(Series.MEMORY_FAILURES_TOTAL, memory.majorFaults(), "pgmajfault", scope);
        }
    }
}
