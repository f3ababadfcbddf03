package dev.berth.cri.assembly;

import dev.berth.cri.container.ContainerCreate;
import dev.berth.cri.container.ContainerExecSync;
import dev.berth.cri.container.ContainerKill;
import dev.berth.cri.container.ContainerList;
import dev.berth.cri.container.ContainerLogReopen;
import dev.berth.cri.container.ContainerParts;
import dev.berth.cri.container.ContainerRemove;
import dev.berth.cri.container.ContainerStart;
import dev.berth.cri.container.ContainerStatusGet;
import dev.berth.cri.container.ContainerStop;
import dev.berth.cri.container.ContainerStream;
import dev.berth.cri.container.ContainerUpdate;
import dev.berth.cri.container.Containers;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.PodDefaults;
import dev.berth.cri.pod.PodSandboxList;
import dev.berth.cri.pod.PodSandboxRemove;
import dev.berth.cri.pod.PodSandboxRun;
import dev.berth.cri.pod.PodSandboxStatusGet;
import dev.berth.cri.pod.PodSandboxStop;
import dev.berth.cri.pod.PodSandboxStream;
import dev.berth.cri.pod.PodSandboxUpdate;
import dev.berth.cri.pod.PodShim;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.v1.RuntimeServiceGrpc;

/** The RPCs on pods and containers, each with what it stands on. */
final class Verbs {
    private Verbs() {}

    static RpcTable table(ContainerParts parts, PodShim shims, PodDefaults defaults) {
        Platform platform = parts.platform();
        ContainerKill kill = new ContainerKill(platform);
        ContainerRemove remove = new ContainerRemove(platform, parts.containers(), parts.images(), kill);
        return RpcTable.builder()
                .all(pods(parts, shims, defaults, kill, remove))
                .all(containers(parts, kill, remove))
                .build();
    }

    private static RpcTable pods(
            ContainerParts parts, PodShim shims, PodDefaults defaults, ContainerKill kill, ContainerRemove remove) {
        Platform platform = parts.platform();
        Pods pods = parts.pods();
        PodSandboxStop stop = new PodSandboxStop(platform, pods, shims, kill);
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getRunPodSandboxMethod(), new PodSandboxRun(platform, pods, shims, defaults))
                .unary(RuntimeServiceGrpc.getStopPodSandboxMethod(), stop)
                .unary(
                        RuntimeServiceGrpc.getRemovePodSandboxMethod(),
                        new PodSandboxRemove(platform, pods, shims, stop, remove))
                .unary(RuntimeServiceGrpc.getPodSandboxStatusMethod(), new PodSandboxStatusGet(platform, pods))
                .unary(RuntimeServiceGrpc.getUpdatePodSandboxResourcesMethod(), new PodSandboxUpdate(platform, pods))
                .unary(RuntimeServiceGrpc.getListPodSandboxMethod(), new PodSandboxList(pods))
                .stream(RuntimeServiceGrpc.getStreamPodSandboxesMethod(), new PodSandboxStream(pods))
                .build();
    }

    private static RpcTable containers(ContainerParts parts, ContainerKill kill, ContainerRemove remove) {
        Platform platform = parts.platform();
        Containers containers = parts.containers();
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getCreateContainerMethod(), new ContainerCreate(parts))
                .unary(RuntimeServiceGrpc.getStartContainerMethod(), new ContainerStart(parts))
                .unary(RuntimeServiceGrpc.getStopContainerMethod(), new ContainerStop(platform, containers, kill))
                .unary(RuntimeServiceGrpc.getRemoveContainerMethod(), remove)
                .unary(RuntimeServiceGrpc.getContainerStatusMethod(), new ContainerStatusGet(platform, containers))
                .unary(RuntimeServiceGrpc.getListContainersMethod(), new ContainerList(containers))
                .stream(RuntimeServiceGrpc.getStreamContainersMethod(), new ContainerStream(containers))
                .unary(RuntimeServiceGrpc.getExecSyncMethod(), new ContainerExecSync(parts))
                .unary(RuntimeServiceGrpc.getReopenContainerLogMethod(), new ContainerLogReopen(containers))
                .unary(
                        RuntimeServiceGrpc.getUpdateContainerResourcesMethod(),
                        new ContainerUpdate(platform, containers))
                .build();
    }
}
