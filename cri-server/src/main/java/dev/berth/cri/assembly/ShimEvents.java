package dev.berth.cri.assembly;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.ContainerExits;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodShim;
import dev.berth.runtime.shim.ProcessExit;
import java.util.function.Consumer;

/** Takes what shims tell off the reactor's thread, each event on a thread of its own. */
final class ShimEvents implements PodShim.Events {
    private final ContainerExits exits;
    private volatile Consumer<Pod> lost = _ -> {};
    private volatile Consumer<Pod> pauseEnded = _ -> {};

    ShimEvents(ContainerExits exits) {
        this.exits = exits;
    }

    /** Who is told of a pod whose shim has ended by itself. */
    void whenLost(Consumer<Pod> told) {
        lost = told;
    }

    /** Who is told of a pod whose pause process has ended, also when it was killed to stop the pod. */
    void whenPauseEnded(Consumer<Pod> told) {
        pauseEnded = told;
    }

    @Override
    public void containerExited(Pod pod, ProcessExit exit) {
        Thread.ofVirtual().name("exit " + exit.id()).start(() -> {
            try {
                exits.exited(pod, exit);
                if (exit.id().equals(Pod.PAUSE)) {
                    pauseEnded.accept(pod);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Without its shim nobody sees how a container ends, so what still runs of the pod is killed and counted as lost. */
    @Override
    public void shimEnded(Pod pod) {
        Thread.ofVirtual().name("lost " + pod.id()).start(() -> {
            lost.accept(pod);
            try {
                for (Container container : pod.containerList()) {
                    exits.lost(container);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
