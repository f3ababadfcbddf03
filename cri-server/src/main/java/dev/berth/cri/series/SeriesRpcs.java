package dev.berth.cri.series;

import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.server.Chunks;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.v1.ListMetricDescriptorsResponse;
import dev.berth.cri.v1.ListPodSandboxMetricsResponse;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import dev.berth.cri.v1.StreamPodSandboxMetricsResponse;
import java.util.Arrays;
import java.util.List;

/** ListMetricDescriptors, ListPodSandboxMetrics and StreamPodSandboxMetrics, of the pods that are ready. */
public final class SeriesRpcs {
    private static final ListMetricDescriptorsResponse DESCRIPTORS = ListMetricDescriptorsResponse.newBuilder()
            .addAllDescriptors(
                    Arrays.stream(Series.values()).map(Series::descriptor).toList())
            .build();

    private SeriesRpcs() {}

    public static RpcTable table(Pods pods, PodSeries series) {
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getListMetricDescriptorsMethod(), _ -> DESCRIPTORS)
                .unary(
                        RuntimeServiceGrpc.getListPodSandboxMetricsMethod(),
                        _ -> ListPodSandboxMetricsResponse.newBuilder()
                                .addAllPodMetrics(
                                        ready(pods).stream().map(series::of).toList())
                                .build())
                .stream(
                        RuntimeServiceGrpc.getStreamPodSandboxMetricsMethod(),
                        (_, out) -> Chunks.send(
                                ready(pods),
                                series::of,
                                some -> StreamPodSandboxMetricsResponse.newBuilder()
                                        .addAllPodSandboxMetrics(some)
                                        .build(),
                                out))
                .build();
    }

    private static List<Pod> ready(Pods pods) {
        return pods.all().stream().filter(Pod::ready).toList();
    }
}
