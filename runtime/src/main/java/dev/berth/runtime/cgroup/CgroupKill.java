package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Kills all processes of a cgroup where the kernel has no {@code cgroup.kill}: no more forks, then signals until none is left. */
final class CgroupKill {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private final Cgroups node;
    private final Cgroup cgroup;

    CgroupKill(Cgroups node, Cgroup cgroup) {
        this.node = node;
        this.cgroup = cgroup;
    }

    void run() {
        forbidForks();
        Backoff backoff = new Backoff(PATIENCE);
        for (List<Integer> pids = cgroup.pids(); !pids.isEmpty(); pids = cgroup.pids()) {
            pids.forEach(this::signal);
            if (!backoff.pause()) {
                return;
            }
        }
    }

    private void forbidForks() {
        Path directory = cgroup.directory("pids");
        if (directory != null) {
            try {
                node.files().write(directory.resolve("pids.max"), "0");
            } catch (KernelFailure _) {
                // Gone or not granted: the loop below then has to win the race.
            }
        }
    }

    private void signal(int pid) {
        try {
            node.kernel().kill(pid, Kernel.SIGKILL);
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.ESRCH)) {
                throw CgroupFailure.kernel("Cannot kill process %d of %s.".formatted(pid, cgroup), failure);
            }
        }
    }
}
