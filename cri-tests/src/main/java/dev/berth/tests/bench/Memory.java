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

    /** Makes pods of one idle container each, measures, removes them; one line. */
    static String measure(Subject subject, int count) throws IOException, InterruptedException {
        Set<Long> before = pids();
        List<RunningPod> pods = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RunningPod pod =
                    subject.pods().run(subject.pods().hostNetwork("idle" + i).build());
            pods.add(pod);
        }
        Thread.sleep(1_000);
        long added = pids().stream()
                .filter(pid -> !before.contains(pid))
                .mapToLong(MemoryUse::pssKib)
                .sum();
        OptionalLong daemon = listener(subject.client().socket());
        String line = String.format(
                Locale.ROOT,
                "%-12s %8.1f KiB Pss an idle pod outside the daemon (of %d), daemon %8.1f MiB Pss%n",
                subject.name(),
                (double) added / count,
                count,
                daemon.isPresent() ? (double) MemoryUse.pssKib(daemon.getAsLong()) / 1024 : Double.NaN);
        pods.forEach(RunningPod::close);
        return line;
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
