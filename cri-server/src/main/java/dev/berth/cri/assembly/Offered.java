package dev.berth.cri.assembly;

import dev.berth.control.v1.ControlGrpc;
import dev.berth.cri.v1.ImageServiceGrpc;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;

/** The RPCs that the node answers once it is up; Version, Status and RuntimeConfig it answers at once. */
final class Offered {
    static final List<MethodDescriptor<?, ?>> METHODS = List.of(
            RuntimeServiceGrpc.getRunPodSandboxMethod(),
            RuntimeServiceGrpc.getStopPodSandboxMethod(),
            RuntimeServiceGrpc.getRemovePodSandboxMethod(),
            RuntimeServiceGrpc.getPodSandboxStatusMethod(),
            RuntimeServiceGrpc.getListPodSandboxMethod(),
            RuntimeServiceGrpc.getCreateContainerMethod(),
            RuntimeServiceGrpc.getStartContainerMethod(),
            RuntimeServiceGrpc.getStopContainerMethod(),
            RuntimeServiceGrpc.getRemoveContainerMethod(),
            RuntimeServiceGrpc.getContainerStatusMethod(),
            RuntimeServiceGrpc.getListContainersMethod(),
            RuntimeServiceGrpc.getExecSyncMethod(),
            RuntimeServiceGrpc.getReopenContainerLogMethod(),
            RuntimeServiceGrpc.getUpdateContainerResourcesMethod(),
            RuntimeServiceGrpc.getContainerStatsMethod(),
            RuntimeServiceGrpc.getListContainerStatsMethod(),
            RuntimeServiceGrpc.getPodSandboxStatsMethod(),
            RuntimeServiceGrpc.getListPodSandboxStatsMethod(),
            RuntimeServiceGrpc.getGetContainerEventsMethod(),
            ImageServiceGrpc.getListImagesMethod(),
            ImageServiceGrpc.getImageStatusMethod(),
            ImageServiceGrpc.getPullImageMethod(),
            ImageServiceGrpc.getRemoveImageMethod(),
            ImageServiceGrpc.getImageFsInfoMethod(),
            RuntimeServiceGrpc.getUpdatePodSandboxResourcesMethod(),
            RuntimeServiceGrpc.getUpdateRuntimeConfigMethod(),
            RuntimeServiceGrpc.getListMetricDescriptorsMethod(),
            RuntimeServiceGrpc.getListPodSandboxMetricsMethod(),
            RuntimeServiceGrpc.getStreamPodSandboxMetricsMethod(),
            RuntimeServiceGrpc.getStreamPodSandboxesMethod(),
            RuntimeServiceGrpc.getStreamContainersMethod(),
            RuntimeServiceGrpc.getStreamContainerStatsMethod(),
            RuntimeServiceGrpc.getStreamPodSandboxStatsMethod(),
            ImageServiceGrpc.getStreamImagesMethod(),
            RuntimeServiceGrpc.getExecMethod(),
            RuntimeServiceGrpc.getAttachMethod(),
            RuntimeServiceGrpc.getPortForwardMethod(),
            ControlGrpc.getImportImageMethod());

    private Offered() {}
}
