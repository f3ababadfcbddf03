package dev.berth.tests.pod;

import com.google.protobuf.ByteString;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerMetadata;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.KeyValue;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.cri.v1.LinuxSandboxSecurityContext;
import dev.berth.cri.v1.ListPodSandboxRequest;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandbox;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxMetadata;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.tests.client.CriClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Makes pods on one server.
 *
 * @param client the server
 * @param image a shell image that is present
 * @param logs the folder of the pods' log folders
 * @param cgroupParent below which every pod gets a cgroup of its own; empty leaves that to the server
 */
public record Pods(CriClient client, String image, Path logs, String cgroupParent) {
    private static final String NAMESPACE = "berth-tests";

    /** Leaves cgroups to the server. */
    public Pods(CriClient client, String image, Path logs) {
        this(client, image, logs, "");
    }

    /** A pod of this name on the pod network, each container with processes of its own. */
    public PodSandboxConfig.Builder config(String name) {
        String uid = UUID.randomUUID().toString();
        PodSandboxConfig.Builder config = PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(name)
                        .setUid(uid)
                        .setNamespace(NAMESPACE))
                .setHostname(name)
                .setLogDirectory(logDirectory(uid))
                .setLinux(linux(NamespaceMode.POD, NamespaceMode.CONTAINER));
        if (!cgroupParent.isEmpty()) {
            config.getLinuxBuilder().setCgroupParent(cgroupParent + "/" + uid);
        }
        return config;
    }

    /** The kubelet makes the folder of a pod's logs before it asks for the pod. */
    private String logDirectory(String uid) {
        try {
            return Files.createDirectories(logs.resolve(uid)).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #config} on the network of the node. */
    public PodSandboxConfig.Builder hostNetwork(String name) {
        PodSandboxConfig.Builder config = config(name).clearHostname();
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setNetwork(NamespaceMode.NODE);
        return config;
    }

    /** Namespaces of a pod: which network, which processes. */
    public static LinuxPodSandboxConfig linux(NamespaceMode network, NamespaceMode pid) {
        return LinuxPodSandboxConfig.newBuilder()
                .setSecurityContext(LinuxSandboxSecurityContext.newBuilder()
                        .setNamespaceOptions(
                                NamespaceOption.newBuilder().setNetwork(network).setPid(pid)))
                .build();
    }

    /** A container that runs this command and logs to NAME.log; it gets the namespaces of its pod when made there. */
    public ContainerConfig.Builder container(String name, String... command) {
        return ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(name))
                .setImage(ImageSpec.newBuilder().setImage(image).setUserSpecifiedImage(image))
                .addAllCommand(List.of(command))
                .setLogPath(name + ".log")
                .setLinux(LinuxContainerConfig.getDefaultInstance());
    }

    /** A container that runs a shell script. */
    public ContainerConfig.Builder shell(String name, String script) {
        return container(name, "/bin/sh", "-c", script);
    }

    /** A container that does nothing and ends at once when asked to. */
    public ContainerConfig.Builder idle(String name) {
        return container(name, "/bin/busybox", "top", "-b", "-d", "600");
    }

    public static KeyValue environment(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    public RunningPod run(PodSandboxConfig config) {
        return run(config, "");
    }

    /** A pod whose containers a runtime handler makes. */
    public RunningPod run(PodSandboxConfig config, String handler) {
        String id = client.runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder()
                        .setConfig(config)
                        .setRuntimeHandler(handler)
                        .build())
                .getPodSandboxId();
        return new RunningPod(client, config, id);
    }

    public RunningPod run(String name) {
        return run(config(name).build());
    }

    public List<PodSandbox> list() {
        return client.runtime()
                .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList();
    }

    /** Stops and removes every pod of the server that these tests made. */
    public void removeAll() {
        removeIf(pod -> pod.getMetadata().getNamespace().equals(NAMESPACE));
    }

    /** Stops and removes every pod of the server that is so. */
    public void removeIf(Predicate<PodSandbox> condition) {
        for (PodSandbox pod : list()) {
            if (condition.test(pod)) {
                new RunningPod(client, PodSandboxConfig.getDefaultInstance(), pod.getId()).close();
            }
        }
    }
}
