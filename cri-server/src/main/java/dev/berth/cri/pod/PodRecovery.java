package dev.berth.cri.pod;

import dev.berth.cri.step.Verb;
import dev.berth.runtime.shim.ProcessState;
import dev.berth.runtime.shim.ShimGone;
import dev.berth.state.v1.PodRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pods after a start of the daemon. */
public final class PodRecovery {
    private static final Logger LOG = System.getLogger(PodRecovery.class.getName());

    private final Platform platform;
    private final PodShim shims;
    private final Verb<PodMaking> run;
    private final Verb<Pod> stop;

    public PodRecovery(Platform platform, Pods pods, PodShim shims) {
        this.platform = platform;
        this.shims = shims;
        PodSteps steps = new PodSteps(platform, pods, shims);
        this.run = steps.run();
        this.stop = steps.stop();
    }

    /** Undoes a RunPodSandbox that never finished. */
    public void takeBack(PodRecord record) throws InterruptedException {
        LOG.log(Level.INFO, "Pod sandbox {0} was half made and is taken back.", record.getId());
        run.undo(new PodMaking(new Pod(record), List.of()), platform.watch());
    }

    /** Connects to the pod's shim; what it runs, by id, empty when it is gone. */
    public Map<String, ProcessState> adopt(Pod pod) throws InterruptedException {
        Map<String, ProcessState> processes = new HashMap<>();
        if (!pod.ready() || !shims.adopt(pod)) {
            return processes;
        }
        try {
            pod.shim().state().forEach(process -> processes.put(process.id(), process));
        } catch (ShimGone gone) {
            LOG.log(Level.WARNING, "The shim of pod sandbox {0} does not answer: {1}", pod.id(), gone.getMessage());
            pod.shim(null);
        }
        return processes;
    }

    /** A pod that should be ready but has no shim is stopped for good; its containers have been settled before. */
    public void settle(Pod pod) throws InterruptedException {
        if (pod.ready() && pod.shimOrNull() == null) {
            LOG.log(Level.WARNING, "Pod sandbox {0} has lost its shim and is stopped.", pod.id());
            stop.run(pod, platform.watch());
        }
    }
}
