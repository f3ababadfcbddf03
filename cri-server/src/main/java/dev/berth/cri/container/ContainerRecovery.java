package dev.berth.cri.container;

import dev.berth.cri.handler.OciRuntime;
import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Platform;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.ProcessState;
import dev.berth.state.v1.ContainerRecord;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Containers after a start of the daemon: what the shim says is what is true. */
public final class ContainerRecovery {
    private final Platform platform;
    private final Containers containers;
    private final Images images;
    private final ContainerExits exits;
    private final WritableLayer layer;
    private final OciBundles bundles;

    public ContainerRecovery(Platform platform, Containers containers, Images images, ContainerExits exits) {
        this.platform = platform;
        this.containers = containers;
        this.images = images;
        this.exits = exits;
        this.layer = new WritableLayer(platform);
        this.bundles = new OciBundles(platform);
    }

    /** Removes a container that was half made, or whose pod is gone. */
    public void takeBack(Container container) {
        clearCgroup(container);
        layer.remove(container);
        images.release(container.id());
        containers.store().remove(container.id());
    }

    /** Brings the record to what is true now. */
    public void settle(Container container, @Nullable ProcessState process) throws InterruptedException {
        switch (container.record().getPhase()) {
            case RUNNING, STARTING -> settleStarted(container, process);
            case CREATED, EXITED, MAKING, UNRECOGNIZED -> {}
        }
    }

    private void settleStarted(Container container, @Nullable ProcessState process) throws InterruptedException {
        if (process == null) {
            settleUnknown(container);
            return;
        }
        if (cutShort(container, process)) {
            OciLaunch.end(platform, container);
            settleUnknown(container);
            return;
        }
        switch (process.phase()) {
            case RUNNING, LAUNCHING -> markRunning(container, process);
            case EXITED -> {
                markRunning(container, process);
                exits.exited(container.pod(), ProcessExit.of(process));
            }
        }
    }

    /** Whether an OCI runtime has begun to make the container, and was not told to start its program. */
    private boolean cutShort(Container container, ProcessState process) throws InterruptedException {
        OciRuntime runtime = bundles.runtime(container);
        if (runtime == null || container.record().getPhase() != ContainerRecord.Phase.STARTING) {
            return false;
        }
        return switch (process.phase()) {
            case LAUNCHING -> true;
            case RUNNING -> !runtime.status(container.id()).equals("running");
            case EXITED -> false;
        };
    }

    /** The shim never heard of a container that was being started: nothing of it ran, so it may be started again. */
    private void settleUnknown(Container container) throws InterruptedException {
        if (container.record().getPhase() == ContainerRecord.Phase.STARTING
                && container.pod().ready()) {
            clearCgroup(container);
            bundles.clear(container);
            // An overlay that was mounted volatile refuses a second mount of its directories.
            layer.remove(container);
            layer.make(container);
            update(container, container.record().toBuilder().setPhase(ContainerRecord.Phase.CREATED));
        } else {
            exits.lost(container);
        }
    }

    private void markRunning(Container container, ProcessState process) {
        ContainerRecord.Builder running = container.record().toBuilder().setPhase(ContainerRecord.Phase.RUNNING);
        if (running.getStartedAt() == 0) {
            running.setStartedAt(process.started());
        }
        update(container, running);
    }

    private void update(Container container, ContainerRecord.Builder record) {
        ReentrantLock lock = container.lock();
        lock.lock();
        try {
            containers.update(container, record.build());
        } finally {
            lock.unlock();
        }
    }

    private void clearCgroup(Container container) {
        if (container.record().getCgroup().isEmpty()) {
            return;
        }
        platform.cgroups().open(container.record().getCgroup()).destroy();
    }
}
