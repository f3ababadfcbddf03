package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupWritesTest {
    private static final CgroupLayout V2 =
            new CgroupLayout.V2(Path.of("/c"), Set.of("cpu", "cpuset", "memory", "pids"));
    private static final CgroupLayout V1 = new CgroupLayout.V1(
            Map.of("cpu", Path.of("/c/cpu"), "memory", Path.of("/c/memory"), "pids", Path.of("/c/pids")),
            null,
            Set.of());
    private static final CgroupLayout HYBRID =
            new CgroupLayout.V1(Map.of("memory", Path.of("/c/memory")), Path.of("/c/unified"), Set.of("hugetlb"));

    private final Map<String, String> now = new HashMap<>();

    @Test
    void nothingAskedIsNothingWritten() {
        assertEquals(List.of(), writes(V1, CgroupResources.NONE));
        assertEquals(List.of(), writes(V2, CgroupResources.NONE));
    }

    @Test
    void cpuOnV1IsWrittenInTheUnitsOfTheRequest() {
        assertEquals(
                List.of("cpu.shares=512", "cpu.cfs_period_us=100000", "cpu.cfs_quota_us=50000"),
                writes(V1, cpu(512, 100_000, 50_000)));
    }

    @Test
    void aShorterPeriodOnV1ComesAfterItsQuotaSoThatTheRatioNeverRises() {
        now.put("cpu.cfs_period_us", "100000");
        assertEquals(List.of("cpu.cfs_quota_us=5000", "cpu.cfs_period_us=10000"), writes(V1, cpu(0, 10_000, 5_000)));
        assertEquals(List.of("cpu.cfs_period_us=200000", "cpu.cfs_quota_us=5000"), writes(V1, cpu(0, 200_000, 5_000)));
    }

    @Test
    void theHalfOfCpuMaxThatIsNotAskedForKeepsItsValue() {
        assertEquals(List.of("cpu.max=50000 100000"), writes(V2, cpu(0, 0, 50_000)));
        now.put("cpu.max", "50000 200000");
        assertEquals(List.of("cpu.max=70000 200000"), writes(V2, cpu(0, 0, 70_000)));
        assertEquals(List.of("cpu.max=50000 10000"), writes(V2, cpu(0, 10_000, 0)));
        assertEquals(List.of("cpu.weight=100", "cpu.max=max 200000"), writes(V2, cpu(1024, 0, -1)));
    }

    @Test
    void aMemoryLimitAloneAllowsNoSwap() {
        now.put("memory.memsw.limit_in_bytes", "9223372036854771712");
        assertEquals(
                List.of("memory.limit_in_bytes=1000", "memory.memsw.limit_in_bytes=1000"), writes(V1, memory(1000, 0)));
        assertEquals(List.of("memory.swap.max=0", "memory.max=1000"), writes(V2, memory(1000, 0)));
    }

    @Test
    void swapOnV2IsWhatExceedsTheMemoryLimit() {
        assertEquals(List.of("memory.swap.max=500", "memory.max=1000"), writes(V2, memory(1000, 1500)));
        assertEquals(List.of("memory.swap.max=max", "memory.max=1000"), writes(V2, memory(1000, -1)));
        assertEquals(List.of("memory.swap.max=max", "memory.max=max"), writes(V2, memory(-1, 0)));
        now.put("memory.max", "1000");
        assertEquals(List.of("memory.swap.max=200"), writes(V2, memory(0, 1200)));
    }

    @Test
    void v1RaisesMemoryAndSwapFirstAndLowersMemoryFirst() {
        now.put("memory.memsw.limit_in_bytes", "1000");
        assertEquals(
                List.of("memory.memsw.limit_in_bytes=2000", "memory.limit_in_bytes=2000"), writes(V1, memory(2000, 0)));
        assertEquals(
                List.of("memory.limit_in_bytes=500", "memory.memsw.limit_in_bytes=500"), writes(V1, memory(500, 0)));
        assertEquals(List.of("memory.memsw.limit_in_bytes=-1", "memory.limit_in_bytes=-1"), writes(V1, memory(-1, 0)));
    }

    @Test
    void v1WithoutSwapAccountingHasNoSwapLimit() {
        assertEquals(List.of("memory.limit_in_bytes=1000"), writes(V1, memory(1000, 2000)));
    }

    @Test
    void swapBelowMemoryIsRefused() {
        assertTrue(refusal(V2, memory(1000, 999)).contains("memory_swap_limit_in_bytes 999"));
        assertTrue(refusal(V2, memory(0, 999)).contains("(none)"));
        now.put("memory.limit_in_bytes", "9223372036854771712");
        assertTrue(refusal(V1, memory(0, 999)).contains("(none)"));
    }

    @Test
    void aLimitBelowTheWorkingSetIsRefusedOnV2() {
        now.put("memory.current", "5000");
        now.put("memory.stat", "anon 3000\ninactive_file 1500");
        assertEquals(
                "The memory limit of 3000 bytes is below the 3500 bytes in use now.", refusal(V2, memory(3000, 0)));
        assertEquals(2, writes(V2, memory(3500, 0)).size());
    }

    @Test
    void pidsAreLimitedUnlimitedOrLeftAlone() {
        assertEquals(List.of("pids.max=7"), writes(V2, CgroupResources.NONE.withPids(7)));
        assertEquals(List.of("pids.max=max"), writes(V1, CgroupResources.NONE.withPids(-1)));
    }

    @Test
    void unifiedKeysComeLastAndOnePerLine() {
        CgroupResources asked = memory(1000, 0).withUnified(Map.of("memory.oom.group", "1"));
        assertEquals(List.of("memory.swap.max=0", "memory.max=1000", "memory.oom.group=1"), writes(V2, asked));
    }

    @Test
    void unifiedKeysThatLeaveTheCgroupOrManageItAreRefused() {
        for (String key : List.of("../x", "memory/max", "cgroup.kill", "memory", ".max", "memory..max")) {
            assertTrue(refusal(V2, CgroupResources.NONE.withUnified(Map.of(key, "1")))
                    .contains(key));
        }
    }

    @Test
    void unifiedKeysOfAV1ControllerAreRefused() {
        assertTrue(refusal(HYBRID, CgroupResources.NONE.withUnified(Map.of("memory.high", "1")))
                .contains("needs cgroup v2"));
    }

    @Test
    void hugepagesGoToTheTreeThatHasThem() {
        assertEquals(List.of("hugetlb.2MB.max=0", "hugetlb.2MB.rsvd.max=0"), writes(HYBRID, hugepages("2MB", 0)));
        assertEquals(List.of(), writes(V1, hugepages("2MB", 0)), "no controller: nothing to write");
    }

    @Test
    void anUnknownHugepageSizeIsRefusedWithTheSizesThereAre() {
        assertEquals(
                "hugepage_limits names the page size \"3MB\"; this node has 2MB.",
                refusal(HYBRID, hugepages("3MB", 1)));
    }

    @Test
    void aLimitWithoutItsControllerIsRefused() {
        assertTrue(refusal(HYBRID, CgroupResources.NONE.withPids(3)).contains("controller pids"));
    }

    private List<String> writes(CgroupLayout layout, CgroupResources asked) {
        return new CgroupWrites(layout, Set.of("2MB"))
                .of(asked, (_, file) -> now.get(file)).stream()
                        .map(write -> write.file() + "=" + write.value())
                        .toList();
    }

    private String refusal(CgroupLayout layout, CgroupResources asked) {
        CgroupFailure failure = assertThrows(CgroupFailure.class, () -> writes(layout, asked));
        assertEquals(CgroupFailure.Kind.INVALID, failure.kind());
        return String.valueOf(failure.getMessage());
    }

    private static CgroupResources cpu(long shares, long period, long quota) {
        return CgroupResources.NONE.withCpu(new CgroupResources.Cpu(shares, period, quota, "", ""));
    }

    private static CgroupResources memory(long limit, long swap) {
        return CgroupResources.NONE.withMemory(limit, swap);
    }

    private static CgroupResources hugepages(String size, long limit) {
        return CgroupResources.NONE.withHugepages(List.of(new CgroupResources.HugepageLimit(size, limit)));
    }
}
