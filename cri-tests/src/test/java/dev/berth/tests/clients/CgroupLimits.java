package dev.berth.tests.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Limits as the kernel has them, on either version of cgroups.
 *
 * @param weight `cpu.weight` or `cpu.shares`
 * @param quota microseconds of CPU in a tenth of a second
 * @param memory bytes
 */
record CgroupLimits(long weight, long quota, long memory) {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    static boolean isUnified() {
        return Files.exists(ROOT.resolve("cgroup.controllers"));
    }

    /** Those of the cgroup that a process is in. */
    static CgroupLimits of(long pid) throws IOException {
        return at(path(pid, "cpu"), path(pid, "memory"));
    }

    /** Those of the cgroup of the pod with this uid, which a process is in. */
    static CgroupLimits ofPod(long pid, String uid) throws IOException {
        return at(pod(path(pid, "cpu"), uid), pod(path(pid, "memory"), uid));
    }

    private static CgroupLimits at(Path cpu, Path memory) throws IOException {
        if (isUnified()) {
            String quota = Files.readString(cpu.resolve("cpu.max")).strip().replaceFirst(" 100000$", "");
            return new CgroupLimits(
                    number(cpu.resolve("cpu.weight")), Long.parseLong(quota), number(memory.resolve("memory.max")));
        }
        return new CgroupLimits(
                number(cpu.resolve("cpu.shares")),
                number(cpu.resolve("cpu.cfs_quota_us")),
                number(memory.resolve("memory.limit_in_bytes")));
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    private static Path path(long pid, String controller) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/%d/cgroup".formatted(pid)))) {
            // hierarchy:controllers:path
            String[] words = line.split(":", 3);
            if (isUnified() && words[1].isEmpty()) {
                return ROOT.resolve(words[2].substring(1));
            }
            if (words[1].equals(controller)) {
                return ROOT.resolve(controller).resolve(words[2].substring(1));
            }
        }
        throw new IOException("Process %d is in no cgroup of %s".formatted(pid, controller));
    }

    /** The kubelet names a pod's cgroup by the pod's uid, in a slice with `_` for `-`. */
    private static Path pod(Path inner, String uid) throws IOException {
        for (Path path = inner; path != null && path.startsWith(ROOT); path = path.getParent()) {
            if (path.getFileName().toString().replace('_', '-').contains("pod" + uid)) {
                return path;
            }
        }
        throw new IOException("%s is in no cgroup of pod %s".formatted(inner, uid));
    }
}
