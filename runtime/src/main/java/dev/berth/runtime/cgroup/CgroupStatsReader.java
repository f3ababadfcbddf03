package dev.berth.runtime.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the usage files of one cgroup, those of v1 or of v2 for each controller, whichever are there. */
final class CgroupStatsReader {
    private static final long MICRO = 1_000;
    /** USER_HZ, the unit of cpuacct.stat, is 100 on every architecture that Java runs on. */
    private static final long TICK = 10_000_000;

    private final CgroupValues values;
    private final boolean all;
    private @Nullable Map<String, Long> memoryStat;

    CgroupStatsReader(CgroupValues values, CgroupStats.Detail detail) {
        this.values = values;
        this.all = detail == CgroupStats.Detail.ALL;
    }

    /** The longest of the files, and the one that costs the kernel most: read once. */
    private Map<String, Long> memoryStat() {
        Map<String, Long> known = memoryStat;
        if (known == null) {
            known = StatText.flatKeyed(values.read("memory", "memory.stat"));
            memoryStat = known;
        }
        return known;
    }

    CgroupStats.@Nullable Cpu cpu() {
        Map<String, Long> stat = StatText.flatKeyed(values.read("cpu", "cpu.stat"));
        long periods = stat.getOrDefault("nr_periods", 0L);
        long throttled = stat.getOrDefault("nr_throttled", 0L);
        if (stat.containsKey("usage_usec")) {
            return new CgroupStats.Cpu(
                    stat.getOrDefault("usage_usec", 0L) * MICRO,
                    stat.getOrDefault("user_usec", 0L) * MICRO,
                    stat.getOrDefault("system_usec", 0L) * MICRO,
                    periods,
                    throttled,
                    stat.getOrDefault("throttled_usec", 0L) * MICRO);
        }
        long usage = values.number("cpuacct", "cpuacct.usage", -1);
        if (usage < 0) {
            return null;
        }
        Map<String, Long> ticks = all ? StatText.flatKeyed(values.read("cpuacct", "cpuacct.stat")) : Map.of();
        return new CgroupStats.Cpu(
                usage,
                ticks.getOrDefault("user", 0L) * TICK,
                ticks.getOrDefault("system", 0L) * TICK,
                periods,
                throttled,
                stat.getOrDefault("throttled_time", 0L));
    }

    CgroupStats.@Nullable Memory memory() {
        long v1 = values.number("memory", "memory.usage_in_bytes", -1);
        long usage = v1 >= 0 ? v1 : values.number("memory", "memory.current", -1);
        if (usage < 0) {
            return null;
        }
        Map<String, Long> stat = memoryStat();
        return v1 >= 0 ? memoryV1(usage, stat) : memoryV2(usage, stat);
    }

    private CgroupStats.Memory memoryV1(long usage, Map<String, Long> stat) {
        return new CgroupStats.Memory(
                usage,
                Math.max(0, usage - stat.getOrDefault("total_inactive_file", 0L)),
                limit(stat.getOrDefault("hierarchical_memory_limit", -1L)),
                stat.getOrDefault("total_rss", 0L),
                stat.getOrDefault("total_cache", 0L),
                stat.getOrDefault("total_mapped_file", 0L),
                stat.getOrDefault("total_pgfault", 0L),
                stat.getOrDefault("total_pgmajfault", 0L),
                all ? values.number("memory", "memory.max_usage_in_bytes", 0) : 0,
                all ? values.number("memory", "memory.failcnt", 0) : 0);
    }

    private CgroupStats.Memory memoryV2(long usage, Map<String, Long> stat) {
        Map<String, Long> events = all ? StatText.flatKeyed(values.read("memory", "memory.events")) : Map.of();
        return new CgroupStats.Memory(
                usage,
                Math.max(0, usage - stat.getOrDefault("inactive_file", 0L)),
                limit(values.number("memory", "memory.max", -1)),
                stat.getOrDefault("anon", 0L),
                stat.getOrDefault("file", 0L),
                stat.getOrDefault("file_mapped", 0L),
                stat.getOrDefault("pgfault", 0L),
                stat.getOrDefault("pgmajfault", 0L),
                all ? values.number("memory", "memory.peak", 0) : 0,
                events.getOrDefault("max", 0L));
    }

    CgroupStats.@Nullable Swap swap() {
        long v2 = values.number("memory", "memory.swap.current", -1);
        if (v2 >= 0) {
            return new CgroupStats.Swap(v2, limit(values.number("memory", "memory.swap.max", -1)));
        }
        Map<String, Long> stat = memoryStat();
        Long usage = stat.get("total_swap");
        Long both = limit(stat.getOrDefault("hierarchical_memsw_limit", -1L));
        Long memory = limit(stat.getOrDefault("hierarchical_memory_limit", -1L));
        if (usage == null) {
            return null;
        }
        return new CgroupStats.Swap(usage, both == null || memory == null ? null : (Long) (both - memory));
    }

    CgroupStats.@Nullable Pids pids() {
        long current = values.number("pids", "pids.current", -1);
        return current < 0 ? null : new CgroupStats.Pids(current, limit(values.number("pids", "pids.max", -1)));
    }

    CgroupStats.Pressures pressures() {
        return new CgroupStats.Pressures(
                pressure("cpu.pressure"), pressure("memory.pressure"), pressure("io.pressure"));
    }

    private CgroupStats.@Nullable Pressure pressure(String file) {
        String text = values.read(CgroupValues.V2, file);
        return text == null ? null : PressureText.parse(text);
    }

    List<CgroupStats.Device> io() {
        if (!all) {
            return List.of();
        }
        String v2 = values.read("io", "io.stat");
        return v2 == null ? ioV1() : ioV2(v2);
    }

    private static List<CgroupStats.Device> ioV2(String text) {
        List<CgroupStats.Device> devices = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] parts = line.split(" ", -1);
            Map<String, Long> numbers = StatText.flatKeyed(
                    line.substring(parts[0].length()).strip().replace(' ', '\n').replace('=', ' '));
            if (!numbers.isEmpty()) {
                devices.add(new CgroupStats.Device(
                        parts[0],
                        numbers.getOrDefault("rbytes", 0L),
                        numbers.getOrDefault("wbytes", 0L),
                        numbers.getOrDefault("rios", 0L),
                        numbers.getOrDefault("wios", 0L)));
            }
        }
        return devices;
    }

    private List<CgroupStats.Device> ioV1() {
        Map<String, Long> bytes = blkio("blkio.throttle.io_service_bytes_recursive");
        Map<String, Long> requests = blkio("blkio.throttle.io_serviced_recursive");
        Map<String, CgroupStats.Device> devices = new LinkedHashMap<>();
        for (String key : bytes.keySet()) {
            String number = key.substring(0, key.indexOf(' '));
            devices.put(
                    number,
                    new CgroupStats.Device(
                            number,
                            bytes.getOrDefault(number + " Read", 0L),
                            bytes.getOrDefault(number + " Write", 0L),
                            requests.getOrDefault(number + " Read", 0L),
                            requests.getOrDefault(number + " Write", 0L)));
        }
        return List.copyOf(devices.values());
    }

    /** Lines of {@code 8:0 Read 4096}, by device and kind; the last line, a total, has no device. */
    private Map<String, Long> blkio(String file) {
        Map<String, Long> found = new LinkedHashMap<>();
        String text = values.read("blkio", file);
        for (String line : text == null ? new String[0] : text.split("\n", -1)) {
            int blank = line.lastIndexOf(' ');
            if (line.indexOf(':') > 0 && blank > line.indexOf(' ')) {
                found.put(line.substring(0, blank), StatText.number(line.substring(blank + 1), 0));
            }
        }
        return found;
    }

    /** Null for "no limit", in whatever way the kernel says it. */
    private static @Nullable Long limit(long value) {
        return value < 0 || value >= MemoryWrites.V1_UNLIMITED ? null : (Long) value;
    }
}
