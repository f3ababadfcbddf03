package dev.berth.cri.pod;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ListPodSandboxRequest;
import dev.berth.cri.v1.ListPodSandboxResponse;
import dev.berth.cri.v1.PodSandboxFilter;
import java.util.Map;

/** ListPodSandbox, from memory. */
public final class PodSandboxList implements Rpc<ListPodSandboxRequest, ListPodSandboxResponse> {
    private final Pods pods;

    public PodSandboxList(Pods pods) {
        this.pods = pods;
    }

    @Override
    public ListPodSandboxResponse call(ListPodSandboxRequest request) {
        ListPodSandboxResponse.Builder response = ListPodSandboxResponse.newBuilder();
        for (Pod pod : pods.all()) {
            if (matches(pod, request.getFilter())) {
                response.addItems(PodView.item(pod));
            }
        }
        return response.build();
    }

    private static boolean matches(Pod pod, PodSandboxFilter filter) {
        Map<String, String> labels = pod.record().getConfig().getLabelsMap();
        return pod.id().startsWith(filter.getId())
                && (!filter.hasState() || filter.getState().getState() == PodView.state(pod))
                && labels.entrySet().containsAll(filter.getLabelSelectorMap().entrySet());
    }
}
