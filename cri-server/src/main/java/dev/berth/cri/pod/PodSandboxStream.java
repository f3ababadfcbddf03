package dev.berth.cri.pod;

import dev.berth.cri.server.Chunks;
import dev.berth.cri.server.StreamRpc;
import dev.berth.cri.v1.StreamPodSandboxesRequest;
import dev.berth.cri.v1.StreamPodSandboxesResponse;
import java.util.function.Consumer;

/** StreamPodSandboxes: what ListPodSandbox tells, in messages of bounded size. */
public final class PodSandboxStream implements StreamRpc<StreamPodSandboxesRequest, StreamPodSandboxesResponse> {
    private final Pods pods;

    public PodSandboxStream(Pods pods) {
        this.pods = pods;
    }

    @Override
    public void call(StreamPodSandboxesRequest request, Consumer<StreamPodSandboxesResponse> out) {
        Chunks.send(
                PodSandboxList.select(pods, request.getFilter()),
                PodView::item,
                items -> StreamPodSandboxesResponse.newBuilder()
                        .addAllPodSandboxes(items)
                        .build(),
                out);
    }
}
