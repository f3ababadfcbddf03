package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ReopenContainerLogRequest;
import dev.berth.cri.v1.ReopenContainerLogResponse;

/** ReopenContainerLog: the new file exists when it returns, and no line is lost or split. */
public final class ContainerLogReopen implements Rpc<ReopenContainerLogRequest, ReopenContainerLogResponse> {
    private final Containers containers;

    public ContainerLogReopen(Containers containers) {
        this.containers = containers;
    }

    @Override
    public ReopenContainerLogResponse call(ReopenContainerLogRequest request) throws InterruptedException {
        Container container = containers.get(request.getContainerId());
        if (!container.running()) {
            throw CriFailure.state("the container %s is not running, so its log is closed".formatted(container.id()));
        }
        if (!container.record().getLogPath().isEmpty()) {
            container.pod().shim().reopenLog(container.id());
        }
        return ReopenContainerLogResponse.getDefaultInstance();
    }
}
