package dev.berth.runtime.cgroup;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits as CRI's LinuxContainerResources has them. Zero, an empty string and an empty collection mean: leave alone.
 *
 * @param pids the most processes and threads; negative means no limit
 * @param hugepages limits by page size; here zero is a real limit
 * @param unified cgroup v2 files and the values to write to them, written last
 */
public record CgroupResources(
        Cpu cpu, Memory memory, long pids, List<HugepageLimit> hugepages, Map<String, String> unified) {
    /** Nothing asked for. */
    public static final CgroupResources NONE = new CgroupResources(Cpu.NONE, Memory.NONE, 0, List.of(), Map.of());

    public CgroupResources {
        hugepages = List.copyOf(hugepages);
        unified = Collections.unmodifiableMap(new LinkedHashMap<>(unified));
    }

    /**
     * @param shares relative weight, 2 to 262144
     * @param period length of a scheduling period in microseconds
     * @param quota time in a period in microseconds, of one CPU; negative means no limit
     * @param cpus list of CPUs, as {@code 0-3,7}
     * @param mems list of memory nodes
     */
    public record Cpu(long shares, long period, long quota, String cpus, String mems) {
        public static final Cpu NONE = new Cpu(0, 0, 0, "", "");
    }

    /**
     * @param limit bytes; -1 means no limit
     * @param swapLimit bytes of memory and swap together; -1 means no limit; 0 with a memory limit means no swap at all
     */
    public record Memory(long limit, long swapLimit) {
        public static final Memory NONE = new Memory(0, 0);
    }

    /**
     * @param size page size spelled as in the kernel's file names: {@code 2MB}, {@code 1GB}
     * @param limit bytes
     */
    public record HugepageLimit(String size, long limit) {}

    public CgroupResources withCpu(Cpu wanted) {
        return new CgroupResources(wanted, memory, pids, hugepages, unified);
    }

    public CgroupResources withMemory(long limit, long swapLimit) {
        return new CgroupResources(cpu, new Memory(limit, swapLimit), pids, hugepages, unified);
    }

    public CgroupResources withPids(long wanted) {
        return new CgroupResources(cpu, memory, wanted, hugepages, unified);
    }

    public CgroupResources withHugepages(List<HugepageLimit> wanted) {
        return new CgroupResources(cpu, memory, pids, wanted, unified);
    }

    public CgroupResources withUnified(Map<String, String> wanted) {
        return new CgroupResources(cpu, memory, pids, hugepages, wanted);
    }
}
