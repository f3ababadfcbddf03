package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of processes as the kernel accounts it. */
public final class MemoryUse {
    private MemoryUse() {}

    /** Proportional set size of one process in KiB; 0 when it is gone. */
    public static long pssKib(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/%d/smaps_rollup".formatted(pid)))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException _) {
            return 0;
        }
        return 0;
    }

    /** Sum over all processes of this world whose command line or name holds the word. */
    public static long pssKibOf(String word) {
        return ProcessHandle.allProcesses()
                .filter(process -> name(process.pid()).contains(word))
                .mapToLong(process -> pssKib(process.pid()))
                .sum();
    }

    private static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/%d/comm".formatted(pid)));
        } catch (IOException _) {
            return "";
        }
    }
}
