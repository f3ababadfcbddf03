package dev.berth.cri.series;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the processes of a container hold open, from /proc.
 *
 * @param descriptors open files of all processes, of at most a thousand of them
 * @param sockets those that are sockets
 * @param openFilesLimit the first process's soft limit; empty for none
 */
record ProcessCounts(long descriptors, long sockets, OptionalLong openFilesLimit) {
    private static final int MOST_PROCESSES = 1_000;
    private static final String OPEN_FILES = "Max open files";
    private static final String SOCKET = "socket:";

    /** Processes that end meanwhile count for nothing. */
    static ProcessCounts of(Kernel kernel, List<Integer> pids) {
        long descriptors = 0;
        long sockets = 0;
        for (int pid : pids.subList(0, Math.min(pids.size(), MOST_PROCESSES))) {
            try {
                int fd = kernel.openat(
                        Kernel.AT_FDCWD, "/proc/%d/fd".formatted(pid), Kernel.O_RDONLY | Kernel.O_DIRECTORY, 0);
                try {
                    List<String> names = kernel.getdents(fd);
                    descriptors += names.size();
                    sockets += names.stream()
                            .filter(name -> socket(kernel, fd, name))
                            .count();
                } finally {
                    kernel.close(fd);
                }
            } catch (KernelFailure _) {
                // Ended.
            }
        }
        return new ProcessCounts(descriptors, sockets, pids.isEmpty() ? OptionalLong.empty() : limit(pids.getFirst()));
    }

    private static boolean socket(Kernel kernel, int directory, String name) {
        try {
            return kernel.readlinkat(directory, name).startsWith(SOCKET);
        } catch (KernelFailure _) {
            return false;
        }
    }

    private static OptionalLong limit(int pid) {
        try {
            return openFiles(Files.readString(Path.of("/proc/%d/limits".formatted(pid))));
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }

    /** The soft limit of open files in the form of {@code /proc/PID/limits}. */
    static OptionalLong openFiles(String limits) {
        return limits.lines()
                .filter(line -> line.startsWith(OPEN_FILES))
                .map(line -> line.substring(OPEN_FILES.length()).strip().split("\\s+", 2)[0])
                .filter(soft -> soft.chars().allMatch(Character::isDigit))
                .mapToLong(Long::parseLong)
                .findFirst();
    }
}
