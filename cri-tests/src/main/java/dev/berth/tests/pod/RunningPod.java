package dev.berth.tests.pod;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.CreateContainerRequest;
import dev.berth.cri.v1.ExecSyncRequest;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxStatus;
import dev.berth.cri.v1.PodSandboxStatusRequest;
import dev.berth.cri.v1.RemoveContainerRequest;
import dev.berth.cri.v1.RemovePodSandboxRequest;
import dev.berth.cri.v1.StartContainerRequest;
import dev.berth.cri.v1.StopContainerRequest;
import dev.berth.cri.v1.StopPodSandboxRequest;
import dev.berth.tests.client.CriClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A pod that was run.
 *
 * @param client the server
 * @param config what was asked for
 * @param id the id that the server gave it
 */
public record RunningPod(CriClient client, PodSandboxConfig config, String id) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Creates a container; unless it says otherwise it lives in the namespaces that the pod was asked for. */
    public String create(ContainerConfig container) {
        return client.runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(id)
                        .setConfig(inNamespacesOfPod(container))
                        .setSandboxConfig(config)
                        .build())
                .getContainerId();
    }

    public void startCreated(String container) {
        client.runtime()
                .startContainer(StartContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    /** Creates and starts. */
    public String start(ContainerConfig.Builder container) {
        String created = create(container.build());
        startCreated(created);
        return created;
    }

    /** Creates, starts and waits for the end of a container; returns its whole log. */
    public List<LogLine> runToEnd(ContainerConfig.Builder container) throws IOException, InterruptedException {
        awaitExit(start(container));
        return log(container.build());
    }

    public ContainerStatus status(String container) {
        return client.runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStatus();
    }

    public ContainerStatus awaitExit(String container) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        ContainerStatus status = status(container);
        while (status.getState() != ContainerState.CONTAINER_EXITED) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "Container %s has not ended within %s but is %s".formatted(container, PATIENCE, status));
            }
            Thread.sleep(10);
            status = status(container);
        }
        return status;
    }

    public ExecSyncResponse exec(String container, String... command) {
        return exec(container, Duration.ofSeconds(20), command);
    }

    public ExecSyncResponse exec(String container, Duration timeout, String... command) {
        return client.runtime()
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(container)
                        .setTimeout(timeout.toSeconds())
                        .addAllCmd(List.of(command))
                        .build());
    }

    /** The standard output of a script run by the shell of the container. */
    public String shell(String container, String script) {
        return exec(container, "/bin/sh", "-c", script).getStdout().toStringUtf8();
    }

    public Path logFile(ContainerConfig container) {
        return Path.of(config.getLogDirectory(), container.getLogPath());
    }

    public List<LogLine> log(ContainerConfig container) throws IOException {
        return LogLine.read(logFile(container));
    }

    public PodSandboxStatus status() {
        return client.runtime()
                .podSandboxStatus(
                        PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build())
                .getStatus();
    }

    public void stop(String container, long graceSeconds) {
        client.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .setTimeout(graceSeconds)
                        .build());
    }

    public void remove(String container) {
        client.runtime()
                .removeContainer(RemoveContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    public void stop() {
        client.runtime()
                .stopPodSandbox(
                        StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build());
    }

    public void remove() {
        client.runtime()
                .removePodSandbox(
                        RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
    }

    /** Stops and removes. */
    @Override
    public void close() {
        stop();
        remove();
    }

    private ContainerConfig inNamespacesOfPod(ContainerConfig container) {
        LinuxContainerConfig linux = container.getLinux();
        if (linux.getSecurityContext().hasNamespaceOptions()) {
            return container;
        }
        NamespaceOption namespaces = config.getLinux().getSecurityContext().getNamespaceOptions();
        LinuxContainerSecurityContext security = linux.getSecurityContext().toBuilder()
                .setNamespaceOptions(namespaces)
                .build();
        return container.toBuilder()
                .setLinux(linux.toBuilder().setSecurityContext(security))
                .build();
    }
}
