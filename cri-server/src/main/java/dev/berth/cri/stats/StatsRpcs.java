package dev.berth.cri.stats;

import dev.berth.cri.container.Containers;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.v1.RuntimeServiceGrpc;

/** The RPCs on what pods and containers use. */
public final class StatsRpcs {
    private StatsRpcs() {}

    public static RpcTable table(Pods pods, Containers containers, PodUsage podUsage, ContainerUsage usage) {
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getContainerStatsMethod(), new ContainerStatsGet(containers, usage))
                .unary(RuntimeServiceGrpc.getListContainerStatsMethod(), new ContainerStatsList(containers, usage))
                .stream(RuntimeServiceGrpc.getStreamContainerStatsMethod(), new ContainerStatsStream(containers, usage))
                .unary(RuntimeServiceGrpc.getPodSandboxStatsMethod(), new PodSandboxStatsGet(pods, podUsage))
                .unary(RuntimeServiceGrpc.getListPodSandboxStatsMethod(), new PodSandboxStatsList(pods, podUsage))
                .stream(RuntimeServiceGrpc.getStreamPodSandboxStatsMethod(), new PodSandboxStatsStream(pods, podUsage))
                .build();
    }
}
