package dev.berth.cri.pod;

import dev.berth.cri.failure.CriFailure;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.launch.PodPlan;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Shim;
import dev.berth.runtime.shim.ShimGone;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The shim of a pod: spawning it, finding it again, ending it. Its socket lies in the pod's directory. */
public final class PodShim {
    private static final Logger LOG = System.getLogger(PodShim.class.getName());
    private static final String SOCKET = "shim.sock";
    private static final int BACKLOG = 4;
    private static final int BUSY_ROUNDS = 60;
    private static final Duration BUSY_PAUSE = Duration.ofMillis(50);

    /** Told what happens in shims; called on the reactor's thread, so it must not block. */
    public interface Events {
        void containerExited(Pod pod, ProcessExit exit);

        void shimEnded(Pod pod);
    }

    /** For shims that are only ended. */
    static final Events DEAF = new Events() {
        @Override
        public void containerExited(Pod pod, ProcessExit exit) {}

        @Override
        public void shimEnded(Pod pod) {}
    };

    private final Platform platform;
    private final Events events;

    public PodShim(Platform platform, Events events) {
        this.platform = platform;
        this.events = events;
    }

    void spawn(PodMaking making) throws InterruptedException {
        Pod pod = making.pod();
        Kernel kernel = platform.kernel();
        Path directory = platform.layout().podDirectory(pod.id());
        try (Fd dir = Fd.directory(platform.kernel(), directory);
                Fd listener = new Fd(kernel, kernel.listenSeqpacket(dir.number(), SOCKET, BACKLOG))) {
            Plan plan = PodPlan.compile(
                    kernel, new PodPlan.Pod(making.namespaces(), pod.ids(), pod.hostname(), making.sysctls()));
            int pid = platform.helper().spawn(pod.id(), listener.number(), plan);
            pod.record(pod.record().toBuilder().setShimPid(pid).build());
            pod.shim(connect(pod, dir));
        } catch (LaunchFailure failure) {
            throw CriFailure.invalid("the pod sandbox %s could not be made: %s"
                    .formatted(pod.record().getConfig().getMetadata().getName(), failure.getMessage()));
        }
    }

    /** Connects to a shim that outlived the daemon; false when there is none any more. */
    public boolean adopt(Pod pod) {
        Path directory = platform.layout().podDirectory(pod.id());
        if (!Files.exists(directory.resolve(SOCKET))) {
            return false;
        }
        try (Fd dir = Fd.directory(platform.kernel(), directory)) {
            pod.shim(connect(pod, dir));
            return true;
        } catch (KernelFailure gone) {
            LOG.log(Level.DEBUG, "pod sandbox {0} has no shim any more: {1}", pod.id(), gone.getMessage());
            return false;
        }
    }

    private Shim connect(Pod pod, Fd directory) {
        return Shim.connect(platform.reactor(), directory, SOCKET, new Shim.Listener() {
            @Override
            public void containerExited(ProcessExit exit) {
                events.containerExited(pod, exit);
            }

            @Override
            public void shimEnded() {
                events.shimEnded(pod);
            }
        });
    }

    /** Ends the pod's shim; nothing of the pod runs any more but its pause process. One that is gone is fine. */
    void end(Pod pod) throws InterruptedException {
        Shim shim = pod.shimOrNull();
        if (shim == null && adopt(pod)) {
            shim = pod.shimOrNull();
        }
        if (shim == null) {
            return;
        }
        try {
            shutdown(shim);
        } catch (ShimGone | KernelFailure failure) {
            LOG.log(Level.WARNING, "the shim of pod sandbox {0} is killed: {1}", pod.id(), failure.getMessage());
            ShimProcess.kill(platform.kernel(), pod.id());
        }
        pod.shim(null);
    }

    /** A shim is busy for a moment longer while the output of a process that was killed is drained. */
    private static void shutdown(Shim shim) throws InterruptedException {
        for (int i = 0; i < BUSY_ROUNDS; i++) {
            try {
                shim.shutdown();
                return;
            } catch (KernelFailure failure) {
                if (!failure.is(Errno.EBUSY)) {
                    throw failure;
                }
                Thread.sleep(BUSY_PAUSE);
            }
        }
        shim.shutdown();
    }

    /** Forgets a shim that has ended by itself. */
    public void lost(Pod pod) {
        pod.shim(null);
    }
}
