package dev.berth.cri.pod;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.PodSandboxStatusRequest;
import dev.berth.cri.v1.PodSandboxStatusResponse;

/**
 * PodSandboxStatus. It has no timestamp: kubelets that use events read one as seconds, take it for a time to come, and believe no
 * event of that pod any more; without one they go by their own clock.
 */
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
        PodSnapshot snapshot = PodSnapshot.of(pod);
        PodSandboxStatusResponse.Builder response = PodSandboxStatusResponse.newBuilder()
                .setStatus(snapshot.pod())
                .addAllContainersStatuses(snapshot.containers());
        if (request.getVerbose()) {
            response.putInfo("info", PodInfo.json(platform, pod));
        }
        return response.build();
    }
}
