package dev.berth.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What monitoring asks of a cgroup beside {@link CgroupStats}; 0 where the kernel keeps no number.
 *
 * @param kernelMemory bytes that the kernel holds for its processes
 * @param activeFile bytes of file pages used lately
 * @param inactiveFile bytes of file pages not used lately
 * @param hugepages by page size; empty when the controller is not handed down to it
 */
public record CgroupDetail(long kernelMemory, long activeFile, long inactiveFile, List<Hugepages> hugepages) {
    public CgroupDetail {
        hugepages = List.copyOf(hugepages);
    }

    /**
     * @param size page size as in file names, {@code 2MB}
     * @param usage bytes
     * @param peak the most there was, in bytes; the usage where the kernel does not keep it, as on v2
     */
    public record Hugepages(String size, long usage, long peak) {}

    static CgroupDetail read(CgroupValues values, Set<String> pageSizes) {
        Map<String, Long> stat = StatText.flatKeyed(values.read("memory", "memory.stat"));
        long kernel = values.number("memory", "memory.kmem.usage_in_bytes", -1);
        return new CgroupDetail(
                kernel >= 0 ? kernel : stat.getOrDefault("kernel", 0L),
                stat.getOrDefault("total_active_file", stat.getOrDefault("active_file", 0L)),
                stat.getOrDefault("total_inactive_file", stat.getOrDefault("inactive_file", 0L)),
                hugepages(values, pageSizes));
    }

    private static List<Hugepages> hugepages(CgroupValues values, Set<String> pageSizes) {
        List<Hugepages> found = new ArrayList<>();
        for (String size : pageSizes) {
            String file = "hugetlb." + size + ".";
            long v2 = values.number("hugetlb", file + "current", -1);
            long usage = v2 >= 0 ? v2 : values.number("hugetlb", file + "usage_in_bytes", -1);
            if (usage >= 0) {
                long peak = values.number("hugetlb", file + "max_usage_in_bytes", usage);
                found.add(new Hugepages(size, usage, peak));
            }
        }
        return found;
    }
}
