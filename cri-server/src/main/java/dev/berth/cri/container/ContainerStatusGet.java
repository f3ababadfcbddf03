package dev.berth.cri.container;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.server.MessageJson;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.ContainerStatusResponse;
import dev.berth.state.v1.ContainerRecord;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/** ContainerStatus. */
public final class ContainerStatusGet implements Rpc<ContainerStatusRequest, ContainerStatusResponse> {
    private final Platform platform;
    private final Containers containers;

    public ContainerStatusGet(Platform platform, Containers containers) {
        this.platform = platform;
        this.containers = containers;
    }

    @Override
    public ContainerStatusResponse call(ContainerStatusRequest request) {
        Container container = containers.get(request.getContainerId());
        ContainerStatusResponse.Builder response =
                ContainerStatusResponse.newBuilder().setStatus(ContainerView.status(container));
        if (request.getVerbose()) {
            response.putInfo("info", info(container));
        }
        return response.build();
    }

    private String info(Container container) {
        ContainerRecord record = container.record();
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        info.put("sandboxID", record.getPodId());
        info.put("pid", container.running() ? pid(container) : 0);
        info.put("cgroup", record.getCgroup());
        info.put("workingDirectory", record.getWorkingDirectory());
        if (record.hasLabels()) {
            info.put("selinuxLabel", record.getLabels().getProcess());
            info.put("selinuxFileLabel", record.getLabels().getFile());
        }
        record.getArgumentsList().forEach(info.withArray("arguments")::add);
        info.set("config", MessageJson.of(record.getConfig()));
        return info.toString();
    }

    /** The oldest child of the shim in the container's cgroup; commands that were executed there are children too. */
    private long pid(Container container) {
        long shim = container.pod().record().getShimPid();
        return platform.cgroups().open(container.record().getCgroup()).pids().stream()
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .filter(process -> process.parent().map(ProcessHandle::pid).orElse(0L) == shim)
                .min(Comparator.comparing((ProcessHandle process) ->
                                process.info().startInstant().orElse(Instant.MAX))
                        .thenComparingLong(ProcessHandle::pid))
                .map(ProcessHandle::pid)
                .orElse(0L);
    }
}
