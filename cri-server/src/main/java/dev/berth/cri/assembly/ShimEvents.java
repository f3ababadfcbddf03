package dev.berth.cri.assembly;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.ContainerExits;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodShim;
import dev.berth.runtime.shim.ProcessExit;

/** Takes what shims tell off the reactor's thread, each event on a thread of its own. */
final class ShimEvents implements PodShim.Events {
    private final ContainerExits exits;

    ShimEvents(ContainerExits exits) {
        this.exits = exits;
    }

    @Override
    public void containerExited(Pod pod, ProcessExit exit) {
        Thread.ofVirtual().name("exit " + exit.id()).start(() -> {
            try {
                exits.exited(pod, exit);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Without its shim nobody sees how a container ends, so what still runs of the pod is killed and counted as lost. */
    @Override
    public void shimEnded(Pod pod) {
        Thread.ofVirtual().name("lost " + pod.id()).start(() -> {
            for (Container container : pod.containerList()) {
                exits.lost(container);
            }
        });
    }
}
