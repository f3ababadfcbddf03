package dev.berth.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processor time of the whole machine: all tasks, this client and the kernel's threads among them. Of the root of the cgroup tree,
 * which counts nanoseconds (v1) or microseconds (v2); the ticks of /proc/stat would be coarser than the operations.
 */
final class MachineCpu {
    private static final Path V1 = Path.of("/sys/fs/cgroup/cpuacct/cpuacct.usage");
    private static final List<Path> V2 =
            List.of(Path.of("/sys/fs/cgroup/cpu.stat"), Path.of("/sys/fs/cgroup/unified/cpu.stat"));

    private MachineCpu() {}

    static long nanos() {
        try {
            if (Files.exists(V1)) {
                return Long.parseLong(Files.readString(V1).strip());
            }
            for (Path file : V2) {
                if (Files.exists(file)) {
                    return usage(Files.readAllLines(file));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("The processor time of the root cgroup cannot be read", e);
        }
        throw new IllegalStateException(
                "The root cgroup counts no processor time: neither %s nor any of %s is there".formatted(V1, V2));
    }

    static long usage(List<String> cpuStat) {
        return cpuStat.stream()
                .filter(line -> line.startsWith("usage_usec "))
                .mapToLong(line -> 1_000 * Long.parseLong(line.substring("usage_usec ".length())))
                .findFirst()
                .orElseThrow();
    }

    /** The idle share of the machine over this many milliseconds, 0 to 1. */
    static double idleOver(long milliseconds) throws InterruptedException {
        long before = nanos();
        long begin = System.nanoTime();
        Thread.sleep(milliseconds);
        double capacity =
                (double) (System.nanoTime() - begin) * Runtime.getRuntime().availableProcessors();
        return Math.max(0, 1 - (double) (nanos() - before) / capacity);
    }
}
