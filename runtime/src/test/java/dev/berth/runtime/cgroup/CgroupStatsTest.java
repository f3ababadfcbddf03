package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CgroupStatsTest {
    @Test
    void v2FilesAreReadInNanosecondsAndBytes() {
        CgroupStats stats = read(Map.of(
                "cpu.stat",
                        "usage_usec 500\nuser_usec 300\nsystem_usec 200\nnr_periods 4\nnr_throttled 1\nthrottled_usec 9",
                "memory.current", "10000",
                "memory.max", "20000",
                "memory.stat", "anon 7000\nfile 2500\nfile_mapped 100\ninactive_file 2000\npgfault 12\npgmajfault 3",
                "memory.swap.current", "50",
                "memory.swap.max", "max",
                "memory.events", "max 6\noom_kill 2",
                "pids.current", "3",
                "io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n7:0 ",
                "cpu.pressure", "some avg10=0.51 avg60=13.64 avg300=8.89 total=53810376\nfull avg10=0.00 total=7"));
        assertEquals(new CgroupStats.Cpu(500_000, 300_000, 200_000, 4, 1, 9_000), stats.cpu());
        assertEquals(new CgroupStats.Memory(10000, 8000, 20000L, 7000, 2500, 100, 12, 3, 0, 6), stats.memory());
        assertNotNull(stats.memory());
        assertEquals(12000L, stats.memory().available());
        assertEquals(new CgroupStats.Swap(50, null), stats.swap());
        assertEquals(new CgroupStats.Pids(3, null), stats.pids());
        assertEquals(List.of(new CgroupStats.Device("8:0", 1, 2, 3, 4)), stats.io());
        assertEquals(
                new CgroupStats.Pressure(
                        new CgroupStats.Stall(0.51, 13.64, 8.89, 53810376), new CgroupStats.Stall(0, 0, 0, 7)),
                stats.pressures().cpu());
        assertNull(stats.pressures().io());
    }

    @Test
    void v1FilesGiveTheSameNumbers() {
        CgroupStats stats = read(Map.of(
                "cpu.stat", "nr_periods 4\nnr_throttled 1\nthrottled_time 9000",
                "cpuacct.usage", "500000",
                "cpuacct.stat", "user 2\nsystem 1",
                "memory.usage_in_bytes", "10000",
                "memory.failcnt", "6",
                "memory.stat",
                        "total_rss 7000\ntotal_cache 2500\ntotal_inactive_file 2000\ntotal_pgfault 12\ntotal_swap 50\n"
                                + "hierarchical_memory_limit 20000\nhierarchical_memsw_limit 9223372036854771712",
                "pids.current", "3",
                "pids.max", "10",
                "blkio.throttle.io_service_bytes_recursive", "8:0 Read 1\n8:0 Write 2\nTotal 3",
                "blkio.throttle.io_serviced_recursive", "8:0 Read 3\n8:0 Write 4\nTotal 7"));
        assertEquals(new CgroupStats.Cpu(500_000, 20_000_000, 10_000_000, 4, 1, 9_000), stats.cpu());
        assertEquals(new CgroupStats.Memory(10000, 8000, 20000L, 7000, 2500, 0, 12, 0, 0, 6), stats.memory());
        assertEquals(new CgroupStats.Swap(50, null), stats.swap());
        assertEquals(new CgroupStats.Pids(3, 10L), stats.pids());
        assertEquals(List.of(new CgroupStats.Device("8:0", 1, 2, 3, 4)), stats.io());
    }

    @Test
    void usageAloneOpensNoFileWhoseNumberItDoesNotTell() {
        List<String> asked = new ArrayList<>();
        CgroupStats stats = CgroupStats.read(
                (_, file) -> {
                    asked.add(file);
                    return switch (file) {
                        case "cpuacct.usage", "memory.usage_in_bytes" -> "5";
                        case "memory.stat" -> "total_rss 3\ntotal_swap 1";
                        default -> null;
                    };
                },
                CgroupStats.Detail.USAGE);
        assertNotNull(stats.memory());
        assertEquals(3, stats.memory().rss());
        assertEquals(new CgroupStats.Swap(1, null), stats.swap());
        assertEquals(1, asked.stream().filter("memory.stat"::equals).count(), asked.toString());
        assertEquals(
                List.of(),
                asked.stream()
                        .filter(file ->
                                file.startsWith("blkio") || file.contains("failcnt") || file.equals("cpuacct.stat"))
                        .toList());
    }

    @Test
    void aCgroupThatIsGoneHasNoNumbers() {
        CgroupStats stats = read(Map.of());
        assertNull(stats.cpu());
        assertNull(stats.memory());
        assertNull(stats.swap());
        assertNull(stats.pids());
        assertEquals(List.of(), stats.io());
    }

    @Test
    void oomKillsAreReadFromTheFilesOfBothVersions() {
        assertEquals(2, Cgroup.oomKills("low 0\nhigh 0\nmax 6\noom 3\noom_kill 2\noom_group_kill 1"));
        assertEquals(1, Cgroup.oomKills("oom_kill_disable 0\nunder_oom 0\noom_kill 1"));
        assertEquals(0, Cgroup.oomKills(null));
        assertEquals(0, Cgroup.oomKills("oom_kill nonsense\n\noom_kill"));
    }

    private static CgroupStats read(Map<String, String> files) {
        return CgroupStats.read((_, file) -> files.get(file), CgroupStats.Detail.ALL);
    }
}
