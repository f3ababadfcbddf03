package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.ShimGone;
import dev.berth.state.v1.ContainerRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;

/** Records the ends of containers: what is left of a container is killed and its cgroup goes, then its exit code and reason are there. */
public final class ContainerExits {
    private static final Logger LOG = System.getLogger(ContainerExits.class.getName());
    private static final int KILLED = 128 + Kernel.SIGKILL;
    private static final int UNKNOWN = 255;

    private final Platform platform;
    private final Containers containers;
    private final OciBundles bundles;

    public ContainerExits(Platform platform, Containers containers) {
        this.platform = platform;
        this.containers = containers;
        this.bundles = new OciBundles(platform);
    }

    /** An end that the shim told. */
    public void exited(Pod pod, ProcessExit exit) throws InterruptedException {
        Container container = pod.containers().get(exit.id());
        if (container == null) {
            forget(pod, exit.id());
            return;
        }
        ReentrantLock lock = container.lock();
        lock.lock();
        try {
            if (started(container)) {
                clearCgroup(container);
                bundles.clear(container);
                record(container, exit.exitCode(), reason(exit), exit.finishedAt());
                forget(pod, exit.id());
            }
        } finally {
            lock.unlock();
        }
    }

    /** An end that nobody saw, because the shim is gone. */
    public void lost(Container container) throws InterruptedException {
        ReentrantLock lock = container.lock();
        lock.lock();
        try {
            if (started(container)) {
                clearCgroup(container);
                bundles.clear(container);
                record(container, UNKNOWN, "Unknown", platform.now());
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean started(Container container) {
        return container.running() || container.record().getPhase() == ContainerRecord.Phase.STARTING;
    }

    private void record(Container container, int exitCode, String reason, long finishedAt) {
        ContainerRecord.Builder record = container.record().toBuilder()
                .setPhase(ContainerRecord.Phase.EXITED)
                .setExitCode(exitCode)
                .setReason(reason)
                .setFinishedAt(finishedAt);
        if (record.getStartedAt() == 0) {
            record.setStartedAt(record.getCreatedAt());
        }
        containers.update(container, record.build());
    }

    /** The OOM victim may be a child whose parent then ended by itself with the code of a kill. */
    private static String reason(ProcessExit exit) {
        if (exit.oomKills() > 0 && (exit.signalled(Kernel.SIGKILL) || exit.exitCode() == KILLED)) {
            return "OOMKilled";
        }
        return exit.exitCode() == 0 ? "Completed" : "Error";
    }

    /** Kills what the container's first process left behind in a shared pid namespace, and removes the cgroup. */
    private void clearCgroup(Container container) {
        if (container.record().getCgroup().isEmpty()) {
            return;
        }
        try {
            platform.cgroups().open(container.record().getCgroup()).destroy();
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the cgroup of container " + container.id() + " is still there", failure);
        }
    }

    private static void forget(Pod pod, String id) throws InterruptedException {
        try {
            pod.shim().forget(id);
        } catch (KernelFailure | ShimGone | CriFailure failure) {
            LOG.log(Level.DEBUG, "the shim of pod sandbox {0} did not forget {1}: {2}", pod.id(), id, failure);
        }
    }
}
