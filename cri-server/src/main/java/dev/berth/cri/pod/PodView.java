package dev.berth.cri.pod;

import dev.berth.cri.v1.LinuxPodSandboxStatus;
import dev.berth.cri.v1.Namespace;
import dev.berth.cri.v1.PodIP;
import dev.berth.cri.v1.PodSandbox;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxNetworkStatus;
import dev.berth.cri.v1.PodSandboxState;
import dev.berth.cri.v1.PodSandboxStatus;
import dev.berth.state.v1.PodRecord;
import java.util.List;

/** Pods as CRI shows them. */
public final class PodView {
    private PodView() {}

    static PodSandboxState state(PodRecord record) {
        return record.getPhase() == PodRecord.Phase.READY
                ? PodSandboxState.SANDBOX_READY
                : PodSandboxState.SANDBOX_NOTREADY;
    }

    static PodSandbox item(PodRecord record) {
        PodSandboxConfig config = record.getConfig();
        return PodSandbox.newBuilder()
                .setId(record.getId())
                .setMetadata(config.getMetadata())
                .setState(state(record))
                .setCreatedAt(record.getCreatedAt())
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .setRuntimeHandler(record.getRuntimeHandler())
                .build();
    }

    public static PodSandboxStatus status(Pod pod) {
        PodRecord record = pod.record();
        PodSandboxConfig config = record.getConfig();
        Namespace namespace =
                Namespace.newBuilder().setOptions(pod.namespaces()).build();
        return PodSandboxStatus.newBuilder()
                .setId(pod.id())
                .setMetadata(config.getMetadata())
                .setState(state(record))
                .setCreatedAt(record.getCreatedAt())
                .setNetwork(network(record.getIpsList()))
                .setLinux(LinuxPodSandboxStatus.newBuilder().setNamespaces(namespace))
                .putAllLabels(config.getLabelsMap())
                .putAllAnnotations(config.getAnnotationsMap())
                .setRuntimeHandler(record.getRuntimeHandler())
                .build();
    }

    private static PodSandboxNetworkStatus network(List<String> ips) {
        PodSandboxNetworkStatus.Builder status = PodSandboxNetworkStatus.newBuilder();
        if (!ips.isEmpty()) {
            status.setIp(ips.getFirst());
            ips.stream()
                    .skip(1)
                    .forEach(ip -> status.addAdditionalIps(PodIP.newBuilder().setIp(ip)));
        }
        return status.build();
    }
}
