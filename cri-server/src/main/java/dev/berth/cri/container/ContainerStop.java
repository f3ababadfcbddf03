package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.handler.HandlerSettings;
import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.StopContainerRequest;
import dev.berth.cri.v1.StopContainerResponse;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.shim.ShimGone;
import java.time.Duration;

/** StopContainer: the stop signal, the grace period, then the kill. Idempotent. */
public final class ContainerStop implements Rpc<StopContainerRequest, StopContainerResponse> {
    private static final Duration LONGEST_GRACE = Duration.ofDays(365);

    private final Containers containers;
    private final ContainerKill kill;
    private final OciBundles bundles;

    public ContainerStop(Platform platform, Containers containers, ContainerKill kill) {
        this.bundles = new OciBundles(platform);
        this.containers = containers;
        this.kill = kill;
    }

    @Override
    public StopContainerResponse call(StopContainerRequest request) throws InterruptedException {
        Container container = containers.find(request.getContainerId());
        if (container != null && container.runningAfterStart()) {
            stop(container, grace(request.getTimeout()));
        }
        return StopContainerResponse.getDefaultInstance();
    }

    private void stop(Container container, Duration grace) throws InterruptedException {
        if (!grace.isZero() && signalled(container) && container.awaitExit(grace.toNanos())) {
            return;
        }
        kill.kill(container);
    }

    /** False when there is nobody to be asked any more, so that waiting is idle. */
    private boolean signalled(Container container) throws InterruptedException {
        int signal = container.record().getStopSignal();
        OciRuntime runtime = bundles.runtime(container);
        try {
            if (runtime != null && runtime.settings().signals() == HandlerSettings.Signals.COMMAND) {
                runtime.kill(container.id(), signal);
            } else {
                container.pod().shim().signal(container.id(), signal);
            }
            return true;
        } catch (KernelFailure | ShimGone | CriFailure _) {
            return !container.running();
        }
    }

    private static Duration grace(long seconds) {
        if (seconds <= 0) {
            return Duration.ZERO;
        }
        return seconds > LONGEST_GRACE.toSeconds() ? LONGEST_GRACE : Duration.ofSeconds(seconds);
    }
}
