package dev.berth.cri.demo;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerMetadata;
import dev.berth.cri.v1.CreateContainerRequest;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.cri.v1.LinuxSandboxSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxMetadata;
import dev.berth.cri.v1.SecurityProfile;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What the tour asks for.
 *
 * @param image the image of its one container
 * @param command the command, empty for the image's own
 * @param network whose network the pod has
 * @param logs an existing folder for the log
 */
record DemoPod(String image, List<String> command, NamespaceMode network, Path logs) {
    private static final long MEBIBYTE = 1 << 20;

    DemoPod {
        command = List.copyOf(command);
    }

    PodSandboxConfig pod() {
        return PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName("try")
                        .setNamespace("default")
                        .setUid(UUID.randomUUID().toString()))
                .setHostname(network == NamespaceMode.NODE ? "" : "try")
                .setLogDirectory(logs.toString())
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setSecurityContext(
                                LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(namespaces())))
                .build();
    }

    CreateContainerRequest container(String podId, PodSandboxConfig pod) {
        ContainerConfig config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName("main"))
                .setImage(ImageSpec.newBuilder().setImage(image))
                .addAllCommand(command)
                .setLogPath("main.log")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(limits())
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setNamespaceOptions(namespaces())
                                .setNoNewPrivs(true)
                                .setSeccomp(SecurityProfile.getDefaultInstance())))
                .build();
        return CreateContainerRequest.newBuilder()
                .setPodSandboxId(podId)
                .setConfig(config)
                .setSandboxConfig(pod)
                .build();
    }

    private NamespaceOption namespaces() {
        return NamespaceOption.newBuilder()
                .setNetwork(network)
                .setPid(NamespaceMode.CONTAINER)
                .build();
    }

    /** Half a processor and 128 MiB. */
    private static LinuxContainerResources limits() {
        return LinuxContainerResources.newBuilder()
                .setCpuPeriod(100_000)
                .setCpuQuota(50_000)
                .setCpuShares(512)
                .setMemoryLimitInBytes(128 * MEBIBYTE)
                .build();
    }
}
