package dev.berth.cri.container;

import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.InFlight;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.step.Step;
import dev.berth.cri.step.Verb;
import dev.berth.cri.v1.RemoveContainerRequest;
import dev.berth.cri.v1.RemoveContainerResponse;
import java.util.concurrent.locks.ReentrantLock;

/** RemoveContainer: kills a running container, then takes back its layer and record. Idempotent. */
public final class ContainerRemove implements Rpc<RemoveContainerRequest, RemoveContainerResponse> {
    private final Platform platform;
    private final Containers containers;
    private final ContainerKill kill;
    private final Verb<Container> verb;
    private final InFlight<String, Boolean> inFlight = new InFlight<>();

    public ContainerRemove(Platform platform, Containers containers, Images images, ContainerKill kill) {
        this.platform = platform;
        this.containers = containers;
        this.kill = kill;
        WritableLayer layer = new WritableLayer(platform);
        this.verb = Verb.of(
                "RemoveContainer",
                Step.of("bundle", new OciBundles(platform)::remove),
                Step.of("layer", layer::remove),
                Step.of("images", container -> images.release(container.id())),
                Step.of("record", containers::remove));
    }

    @Override
    public RemoveContainerResponse call(RemoveContainerRequest request) throws InterruptedException {
        Container container = containers.find(request.getContainerId());
        if (container != null) {
            remove(container);
        }
        return RemoveContainerResponse.getDefaultInstance();
    }

    /** Removes a container, joining a removal that is under way. */
    public void remove(Container container) throws InterruptedException {
        inFlight.join(container.id(), () -> {
            while (!removeStopped(container)) {
                kill.kill(container);
            }
            return true;
        });
    }

    /** False when the container runs, which the caller ends: its end is recorded under the lock that is held here. */
    private boolean removeStopped(Container container) throws InterruptedException {
        ReentrantLock lock = container.lock();
        lock.lock();
        try {
            if (container.running()) {
                return false;
            }
            if (!container.removed()) {
                verb.run(container, platform.watch());
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
