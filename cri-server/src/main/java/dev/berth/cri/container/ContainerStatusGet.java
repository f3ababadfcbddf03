package dev.berth.cri.container;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.ContainerStatusResponse;
import dev.berth.state.v1.ContainerRecord;

/** ContainerStatus. */
public final class ContainerStatusGet implements Rpc<ContainerStatusRequest, ContainerStatusResponse> {
    private final Containers containers;

    public ContainerStatusGet(Containers containers) {
        this.containers = containers;
    }

    @Override
    public ContainerStatusResponse call(ContainerStatusRequest request) {
        Container container = containers.get(request.getContainerId());
        ContainerStatusResponse.Builder response =
                ContainerStatusResponse.newBuilder().setStatus(ContainerView.status(container));
        if (request.getVerbose()) {
            response.putInfo("info", info(container.record()));
        }
        return response.build();
    }

    private static String info(ContainerRecord record) {
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        info.put("sandboxID", record.getPodId());
        info.put("cgroup", record.getCgroup());
        info.put("workingDirectory", record.getWorkingDirectory());
        record.getArgumentsList().forEach(info.withArray("arguments")::add);
        return info.toString();
    }
}
