package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.UpdateContainerResourcesRequest;
import dev.berth.cri.v1.UpdateContainerResourcesResponse;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.state.v1.ContainerRecord;
import java.util.concurrent.locks.ReentrantLock;

/** UpdateContainerResources: all of it takes effect, or nothing does. */
public final class ContainerUpdate implements Rpc<UpdateContainerResourcesRequest, UpdateContainerResourcesResponse> {
    private final Platform platform;
    private final Containers containers;

    public ContainerUpdate(Platform platform, Containers containers) {
        this.platform = platform;
        this.containers = containers;
    }

    @Override
    public UpdateContainerResourcesResponse call(UpdateContainerResourcesRequest request) {
        Container container = containers.get(request.getContainerId());
        ContainerRequest.resources(request.getLinux());
        ReentrantLock lock = container.lock();
        lock.lock();
        try {
            update(container, request.getLinux());
        } finally {
            lock.unlock();
        }
        return UpdateContainerResourcesResponse.getDefaultInstance();
    }

    private void update(Container container, LinuxContainerResources changed) {
        ContainerRecord record = container.record();
        if (record.getPhase() == ContainerRecord.Phase.EXITED) {
            throw CriFailure.state(
                    "the container %s has exited, so its limits cannot be changed".formatted(container.id()));
        }
        if (record.getPhase() == ContainerRecord.Phase.RUNNING) {
            apply(record, changed);
        }
        LinuxContainerResources merged = Resources.merge(record.getResources(), changed);
        try {
            containers.update(container, record.toBuilder().setResources(merged).build());
        } catch (RuntimeException failure) {
            takeBack(record, failure);
            throw failure;
        }
    }

    /** What cannot be recorded does not stay in force. */
    private void takeBack(ContainerRecord record, RuntimeException failure) {
        if (record.getPhase() == ContainerRecord.Phase.RUNNING) {
            try {
                apply(record, record.getResources());
            } catch (CriFailure second) {
                failure.addSuppressed(second);
            }
        }
    }

    private void apply(ContainerRecord record, LinuxContainerResources changed) {
        try {
            platform.cgroups().open(record.getCgroup()).update(Resources.of(changed));
        } catch (CgroupFailure failure) {
            throw Resources.told(failure);
        }
    }
}
