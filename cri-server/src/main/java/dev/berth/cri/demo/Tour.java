package dev.berth.cri.demo;

import dev.berth.cri.v1.ContainerStats;
import dev.berth.cri.v1.ContainerStatsRequest;
import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.ExecSyncRequest;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.ImageStatusRequest;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxStatusRequest;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.cri.v1.RemovePodSandboxRequest;
import dev.berth.cri.v1.RunPodSandboxRequest;
import dev.berth.cri.v1.StartContainerRequest;
import dev.berth.cri.v1.StopPodSandboxRequest;
import dev.berth.cri.v1.VersionRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs one pod with one container, shows it, and removes it. */
public final class Tour {
    private static final long LOG_PATIENCE_MILLIS = 2_000;
    private static final long EXEC_SECONDS = 10;
    private static final int MAX_LOG_LINES = 8;

    private final CriConnection cri;
    private final PrintStream out;
    private final Stopwatch watch;

    public Tour(CriConnection cri, PrintStream out) {
        this.cri = cri;
        this.out = out;
        watch = new Stopwatch(out);
    }

    /**
     * The whole tour.
     *
     * @param command the command of the container, empty for the image's own
     * @param hostNetwork whether the pod shares the node's network
     */
    public void run(String image, List<String> command, boolean hostNetwork) throws IOException, InterruptedException {
        // The first call pays for the connection and for loading this client.
        cri.runtime().version(VersionRequest.getDefaultInstance());
        out.println("Steps:");
        watch.step("Version", () -> cri.runtime().version(VersionRequest.getDefaultInstance()));
        ensureImage(image);
        Path logs = Files.createTempDirectory("berth-try");
        DemoPod demo = new DemoPod(image, command, hostNetwork ? NamespaceMode.NODE : NamespaceMode.POD, logs);
        PodSandboxConfig config = demo.pod();
        RunPodSandboxRequest request =
                RunPodSandboxRequest.newBuilder().setConfig(config).build();
        String pod = watch.step(
                "RunPodSandbox", () -> cri.runtime().runPodSandbox(request).getPodSandboxId());
        try {
            String container = start(demo, config, pod);
            show(pod, container, logs.resolve("main.log"));
        } finally {
            remove(pod);
            Files.deleteIfExists(logs.resolve("main.log"));
            Files.deleteIfExists(logs);
        }
    }

    private void ensureImage(String image) {
        ImageSpec spec = ImageSpec.newBuilder().setImage(image).build();
        ImageStatusRequest status =
                ImageStatusRequest.newBuilder().setImage(spec).build();
        if (!watch.step("ImageStatus", () -> cri.images().imageStatus(status)).hasImage()) {
            PullImageRequest pull = PullImageRequest.newBuilder().setImage(spec).build();
            watch.step("PullImage", () -> cri.images().pullImage(pull));
        }
    }

    private String start(DemoPod demo, PodSandboxConfig config, String pod) {
        String container = watch.step(
                "CreateContainer",
                () -> cri.runtime().createContainer(demo.container(pod, config)).getContainerId());
        StartContainerRequest start =
                StartContainerRequest.newBuilder().setContainerId(container).build();
        watch.step("StartContainer", () -> cri.runtime().startContainer(start));
        return container;
    }

    private void show(String pod, String container, Path log) throws IOException, InterruptedException {
        ExecSyncResponse answer = watch.step("ExecSync", () -> exec(container, "echo \"$(id) on $(hostname)\""));
        out.println();
        out.println("Address: "
                + cri.runtime()
                        .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                                .setPodSandboxId(pod)
                                .build())
                        .getStatus()
                        .getNetwork()
                        .getIp());
        showLog(log);
        showLimits(container);
        if (!answer.getStdout().isEmpty()) {
            out.println("Exec: " + answer.getStdout().toStringUtf8().strip());
            showNamespaces(container);
        }
        out.println();
    }

    private void showNamespaces(String container) throws IOException {
        Map<String, String> namespaces = NamespaceTable.parse(
                exec(container, NamespaceTable.SCRIPT).getStdout().toStringUtf8());
        out.println("Namespaces:");
        out.print(NamespaceTable.compare(namespaces, NamespaceTable.ofThisProcess(namespaces.keySet())));
    }

    private void showLog(Path log) throws IOException, InterruptedException {
        long end = System.currentTimeMillis() + LOG_PATIENCE_MILLIS;
        while (Files.size(log) == 0 && System.currentTimeMillis() < end) {
            Thread.sleep(10);
        }
        out.println("Log, " + log + ":");
        try (Stream<String> lines = Files.lines(log)) {
            lines.limit(MAX_LOG_LINES).forEach(line -> out.println("    " + line));
        }
    }

    private void showLimits(String container) {
        LinuxContainerResources limits = cri.runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStatus()
                .getResources()
                .getLinux();
        ContainerStats stats = cri.runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
        out.printf(
                "Limits: %d µs of processor every %d µs, %d MiB of memory; used so far: %d µs, %d KiB%n",
                limits.getCpuQuota(),
                limits.getCpuPeriod(),
                limits.getMemoryLimitInBytes() >> 20,
                stats.getCpu().getUsageCoreNanoSeconds().getValue() / 1_000,
                stats.getMemory().getWorkingSetBytes().getValue() >> 10);
    }

    private void remove(String pod) {
        out.println("And gone:");
        StopPodSandboxRequest stop =
                StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build();
        RemovePodSandboxRequest remove =
                RemovePodSandboxRequest.newBuilder().setPodSandboxId(pod).build();
        watch.step("StopPodSandbox", () -> cri.runtime().stopPodSandbox(stop));
        watch.step("RemovePodSandbox", () -> cri.runtime().removePodSandbox(remove));
    }

    /** An image without a shell still has a log and limits to show. */
    private ExecSyncResponse exec(String container, String script) {
        try {
            return cri.runtime()
                    .execSync(ExecSyncRequest.newBuilder()
                            .setContainerId(container)
                            .setTimeout(EXEC_SECONDS)
                            .addAllCmd(List.of("/bin/sh", "-c", script))
                            .build());
        } catch (StatusRuntimeException e) {
            out.println("    (no shell to run a command with: " + e.getStatus().getDescription() + ")");
            return ExecSyncResponse.getDefaultInstance();
        }
    }
}
