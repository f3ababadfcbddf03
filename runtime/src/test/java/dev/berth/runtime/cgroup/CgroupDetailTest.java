package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupDetailTest {
    @Test
    void v1KeepsAPeakOfHugePagesAndCountsKernelMemoryApart() {
        assertEquals(
                new CgroupDetail(7, 30, 40, List.of(new CgroupDetail.Hugepages("2MB", 5, 9))),
                read(Map.of(
                        "memory.kmem.usage_in_bytes", "7",
                        "memory.stat", "active_file 1\ntotal_active_file 30\ntotal_inactive_file 40",
                        "hugetlb.2MB.usage_in_bytes", "5",
                        "hugetlb.2MB.max_usage_in_bytes", "9")));
    }

    @Test
    void v2HasAllButThePeak() {
        assertEquals(
                new CgroupDetail(8, 3, 4, List.of(new CgroupDetail.Hugepages("2MB", 6, 6))),
                read(Map.of("memory.stat", "kernel 8\nactive_file 3\ninactive_file 4", "hugetlb.2MB.current", "6")));
    }

    @Test
    void withoutTheControllerThereAreNoHugePages() {
        assertEquals(new CgroupDetail(0, 0, 0, List.of()), read(Map.of()));
    }

    private static CgroupDetail read(Map<String, String> files) {
        return CgroupDetail.read((_, file) -> files.get(file), Set.of("2MB", "1GB"));
    }
}
