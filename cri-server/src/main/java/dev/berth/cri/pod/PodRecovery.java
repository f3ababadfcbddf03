package dev.berth.cri.pod;

import dev.berth.cri.step.Verb;
import dev.berth.runtime.shim.ProcessState;
import dev.berth.runtime.shim.ShimGone;
import dev.berth.state.v1.PodRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Pods after a start of the daemon. */
public final class PodRecovery {
    private static final Logger LOG = System.getLogger(PodRecovery.class.getName());

    private static final int SETTLE_ROUNDS = 200;
    private static final Duration SETTLE_PAUSE = Duration.ofMillis(50);

    private final Platform platform;
    private final Pods pods;
    private final PodShim shims;
    private final Verb<PodMaking> run;
    private final Verb<Pod> stop;

    public PodRecovery(Platform platform, Pods pods, PodShim shims) {
        this.platform = platform;
        this.pods = pods;
        this.shims = shims;
        PodSteps steps = new PodSteps(platform, pods, shims);
        this.run = steps.run();
        this.stop = steps.stop();
    }

    /** What the shim runs, once no launch is under way any more: a launch that fails leaves nothing. */
    private static List<ProcessState> settled(Pod pod) throws InterruptedException {
        List<ProcessState> states = pod.shim().state();
        for (int i = 0; i < SETTLE_ROUNDS && launching(states); i++) {
            Thread.sleep(SETTLE_PAUSE);
            states = pod.shim().state();
        }
        return states;
    }

    private static boolean launching(List<ProcessState> states) {
        return states.stream().anyMatch(state -> state.phase() == ProcessState.Phase.LAUNCHING);
    }

    /** Undoes a RunPodSandbox that never finished. */
    public void takeBack(PodRecord record) throws InterruptedException {
        LOG.log(Level.INFO, "Pod sandbox {0} was half made and is taken back.", record.getId());
        run.undo(new PodMaking(new Pod(record), List.of()), platform.watch());
    }

    /** Connects to the pod's shim; what it runs, by id, empty when it is gone. */
    public Map<String, ProcessState> adopt(Pod pod) throws InterruptedException {
        platform.labelling().adopt(pod.record());
        Map<String, ProcessState> processes = new HashMap<>();
        if (!pod.ready() || !shims.adopt(pod)) {
            return processes;
        }
        try {
            settled(pod).forEach(process -> processes.put(process.id(), process));
        } catch (ShimGone gone) {
            LOG.log(Level.WARNING, "The shim of pod sandbox {0} does not answer: {1}", pod.id(), gone.getMessage());
            pod.shim(null);
        }
        return processes;
    }

    /** A shim that ended by itself while the daemon runs: the pod is not ready any more, and StopPodSandbox does the rest. */
    public void shimLost(Pod pod) {
        ReentrantLock lock = pod.lock();
        lock.lock();
        try {
            if (pod.ready() && pods.find(pod.id()) == pod) {
                LOG.log(Level.WARNING, "Pod sandbox {0} has lost its shim.", pod.id());
                shims.lost(pod);
                notReady(pod);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A pause process that ended by itself: its pid namespace, or its scope, takes no process any more, so the pod is not ready and
     * the kubelet makes a new one.
     */
    public void pauseEnded(Pod pod) {
        ReentrantLock lock = pod.lock();
        lock.lock();
        try {
            if (pod.ready() && pods.find(pod.id()) == pod) {
                LOG.log(Level.WARNING, "Pod sandbox {0} has lost its pause process.", pod.id());
                notReady(pod);
            }
        } finally {
            lock.unlock();
        }
    }

    private void notReady(Pod pod) {
        pods.update(
                pod,
                pod.record().toBuilder().setPhase(PodRecord.Phase.NOT_READY).build());
    }

    /** A pod that should be ready but has no shim is stopped for good; its containers have been settled before. */
    public void settle(Pod pod) throws InterruptedException {
        if (pod.ready() && pod.shimOrNull() == null) {
            LOG.log(Level.WARNING, "Pod sandbox {0} has lost its shim and is stopped.", pod.id());
            stop.run(pod, platform.watch());
        }
    }
}
