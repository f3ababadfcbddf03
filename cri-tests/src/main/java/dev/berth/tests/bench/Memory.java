package dev.berth.tests.bench;

import dev.berth.tests.node.MemoryUse;
import dev.berth.tests.pod.RunningPod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Memory of idle pods: everything that was not there before they were, and the daemon itself. */
final class Memory {
    private Memory() {}

    /** Makes bare pods, then one idle container in each, measures, removes them; two lines. */
    static String measure(Subject subject, int count) throws IOException, InterruptedException {
        Set<Long> before = pids();
        List<RunningPod> pods = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pods.add(subject.pods().run("idle" + i));
        }
        String bare = line(subject, "a bare pod", count, before);
        for (RunningPod pod : pods) {
            pod.start(subject.pods().idle("main"));
        }
        String used = line(subject, "a pod with one container, its own process left out", count, before);
        pods.forEach(RunningPod::close);
        return bare + used;
    }

    private static String line(Subject subject, String what, int count, Set<Long> before)
            throws IOException, InterruptedException {
        Thread.sleep(1_000);
        long added = pids().stream()
                .filter(pid -> !before.contains(pid) && !isPayload(pid))
                .mapToLong(MemoryUse::pssKib)
                .sum();
        OptionalLong daemon = listener(subject.client().socket());
        return String.format(
                Locale.ROOT,
                "%-12s Pss of %s, outside the daemon: %.1f KiB (mean of %d); daemon: %.1f MiB%n",
                subject.name(),
                what,
                (double) added / count,
                count,
                daemon.isPresent() ? (double) MemoryUse.pssKib(daemon.getAsLong()) / 1024 : Double.NaN);
    }

    /** KiB of all processes but containers' and this one. */
    static long total() {
        long self = ProcessHandle.current().pid();
        return pids().stream()
                .filter(pid -> pid != self && !isPayload(pid))
                .mapToLong(MemoryUse::pssKib)
                .sum();
    }

    private static boolean isPayload(long pid) {
        try {
            return Files.readString(Path.of("/proc/%d/comm".formatted(pid))).startsWith("busybox");
        } catch (IOException _) {
            return true;
        }
    }

    private static Set<Long> pids() {
        return ProcessHandle.allProcesses().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /** The process that listens on a unix socket of this network namespace. */
    static OptionalLong listener(Path socket) throws IOException {
        String inode = "";
        for (String line : Files.readAllLines(Path.of("/proc/net/unix"))) {
            String[] fields = line.strip().split(" +", -1);
            if (fields.length == 8 && fields[7].equals(socket.toString()) && fields[3].equals("00010000")) {
                inode = fields[6];
            }
        }
        String link = "socket:[%s]".formatted(inode);
        return ProcessHandle.allProcesses()
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> holds(pid, link))
                .findFirst();
    }

    private static boolean holds(long pid, String link) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
            return descriptors.anyMatch(descriptor -> isLinkTo(descriptor, link));
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean isLinkTo(Path descriptor, String link) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(link);
        } catch (IOException _) {
            return false;
        }
    }
}
