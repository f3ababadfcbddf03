package dev.berth.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;

/** The writes that set CPU weight and quota. */
final class CpuWrites {
    private static final long DEFAULT_PERIOD = 100_000;

    private CpuWrites() {}

    static List<CgroupWrite> v1(CgroupResources.Cpu cpu, CgroupValues now) {
        List<CgroupWrite> writes = new ArrayList<>();
        if (cpu.shares() != 0) {
            writes.add(CgroupWrite.of("cpu", "cpu.shares", clamp(cpu.shares()), "cpu_shares"));
        }
        if (cpu.period() != 0) {
            writes.add(CgroupWrite.of("cpu", "cpu.cfs_period_us", cpu.period(), "cpu_period"));
        }
        if (cpu.quota() != 0) {
            CgroupWrite quota = CgroupWrite.of("cpu", "cpu.cfs_quota_us", Math.max(cpu.quota(), -1), "cpu_quota");
            // The kernel checks quota/period against the parent at each write; this order never passes through a higher
            // ratio.
            boolean shorter = cpu.period() != 0 && cpu.period() < now.number("cpu", "cpu.cfs_period_us", 0);
            writes.add(shorter ? writes.size() - 1 : writes.size(), quota);
        }
        return writes;
    }

    /** cpu.max holds both numbers, so the one that was not asked for keeps its value. */
    static List<CgroupWrite> v2(CgroupResources.Cpu cpu, CgroupValues now) {
        List<CgroupWrite> writes = new ArrayList<>();
        if (cpu.shares() != 0) {
            writes.add(CgroupWrite.of("cpu", "cpu.weight", CpuWeight.ofShares(cpu.shares()), "cpu_shares"));
        }
        if (cpu.period() != 0 || cpu.quota() != 0) {
            String text = now.read("cpu", "cpu.max");
            String[] old = text == null ? new String[0] : text.split(" ", -1);
            String oldQuota = old.length > 0 ? old[0] : "max";
            long oldPeriod = old.length > 1 ? StatText.number(old[1], DEFAULT_PERIOD) : DEFAULT_PERIOD;
            String quota = cpu.quota() == 0 ? oldQuota : cpu.quota() < 0 ? "max" : Long.toString(cpu.quota());
            long period = cpu.period() == 0 ? oldPeriod : cpu.period();
            writes.add(CgroupWrite.of("cpu", "cpu.max", quota + " " + period, "cpu_quota and cpu_period"));
        }
        return writes;
    }

    private static long clamp(long shares) {
        return Math.clamp(shares, CpuWeight.MIN_SHARES, CpuWeight.MAX_SHARES);
    }
}
