package dev.berth.cri.pod;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.ContainerView;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.PodSandboxStatusRequest;
import dev.berth.cri.v1.PodSandboxStatusResponse;

/** PodSandboxStatus. */
public final class PodSandboxStatusGet implements Rpc<PodSandboxStatusRequest, PodSandboxStatusResponse> {
    private final Platform platform;
    private final Pods pods;

    public PodSandboxStatusGet(Platform platform, Pods pods) {
        this.platform = platform;
        this.pods = pods;
    }

    @Override
    public PodSandboxStatusResponse call(PodSandboxStatusRequest request) {
        Pod pod = pods.get(request.getPodSandboxId());
        PodSandboxStatusResponse.Builder response = PodSandboxStatusResponse.newBuilder()
                .setStatus(PodView.status(pod))
                .setTimestamp(platform.now());
        for (Container container : pod.containerList()) {
            response.addContainersStatuses(ContainerView.status(container));
        }
        if (request.getVerbose()) {
            response.putInfo("info", PodInfo.json(platform, pod));
        }
        return response.build();
    }
}
