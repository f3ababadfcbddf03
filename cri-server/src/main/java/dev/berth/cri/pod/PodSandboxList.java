package dev.berth.cri.pod;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ListPodSandboxRequest;
import dev.berth.cri.v1.ListPodSandboxResponse;
import dev.berth.cri.v1.PodSandboxFilter;
import dev.berth.state.v1.PodRecord;
import java.util.List;

/** ListPodSandbox, from memory. */
public final class PodSandboxList implements Rpc<ListPodSandboxRequest, ListPodSandboxResponse> {
    private final Pods pods;

    public PodSandboxList(Pods pods) {
        this.pods = pods;
    }

    @Override
    public ListPodSandboxResponse call(ListPodSandboxRequest request) {
        ListPodSandboxResponse.Builder response = ListPodSandboxResponse.newBuilder();
        select(pods, request.getFilter()).forEach(record -> response.addItems(PodView.item(record)));
        return response.build();
    }

    /** The records of the pods of a filter, as they are now. */
    static List<PodRecord> select(Pods pods, PodSandboxFilter filter) {
        return pods.all().stream()
                .filter(pod -> pod.matches(filter.getId(), filter.getLabelSelectorMap()))
                .map(Pod::record)
                .filter(record -> !filter.hasState() || filter.getState().getState() == PodView.state(record))
                .toList();
    }
}
