package dev.berth.cri.container;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The session of a command whose runtime has taken it out of the cgroup that it was given: the command leads it, and what it starts
 * stays in it unless it asks for one of its own.
 */
final class ExecSession {
    private static final int ROUNDS = 10;

    /** In /proc/PID/stat, counted from the state, which follows the name in parentheses. */
    private static final int SESSION = 3;

    private ExecSession() {}

    /** Kills every process of the session of {@code leader} that is in the cgroup. */
    static void kill(Kernel kernel, Cgroup cgroup, int leader) {
        for (int i = 0; i < ROUNDS; i++) {
            List<Integer> members = cgroup.pids().stream()
                    .filter(pid -> pid == leader || session(pid) == leader)
                    .toList();
            if (members.isEmpty()) {
                return;
            }
            members.forEach(pid -> kill(kernel, pid));
        }
    }

    private static void kill(Kernel kernel, int pid) {
        try {
            kernel.kill(pid, Kernel.SIGKILL);
        } catch (KernelFailure _) {
            // It ended by itself just now.
        }
    }

    private static int session(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Integer.toString(pid), "stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", SESSION + 2)[SESSION]);
        } catch (IOException _) {
            return -1;
        }
    }
}
