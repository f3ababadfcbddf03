package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.runtime.cgroup.Cgroup;
import java.time.Duration;

/** Kills a container and waits until its end is recorded. */
public final class ContainerKill {
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final int ROUNDS = 30;

    private final Platform platform;

    public ContainerKill(Platform platform) {
        this.platform = platform;
    }

    /** Kills every process of the container; a container that does not run is fine. */
    public void kill(Container container) throws InterruptedException {
        container.markKilled();
        for (int i = 0; i < ROUNDS && container.runningAfterStart(); i++) {
            Cgroup cgroup = platform.cgroups().open(container.record().getCgroup());
            if (cgroup.exists()) {
                cgroup.kill();
            }
            if (container.awaitExit(ROUND.toNanos())) {
                return;
            }
        }
        if (container.running()) {
            throw new CriFailure(
                    CriFailure.Kind.DEADLINE,
                    "the container %s does not die although it was killed; a process of it is stuck in the kernel"
                            .formatted(container.id()),
                    null);
        }
    }
}
