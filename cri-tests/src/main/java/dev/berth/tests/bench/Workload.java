package dev.berth.tests.bench;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.ListContainerStatsRequest;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.cri.v1.ListPodSandboxMetricsRequest;
import dev.berth.cri.v1.ListPodSandboxRequest;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** One round of everything on one subject. Seccomp is the default profile and limits are set, as a kubelet asks. */
final class Workload {
    static final String POD_HOST = "pod start, host network";
    static final String POD_BRIDGE = "pod start, bridge CNI";
    static final String POD_BRIDGE_END = "stop and remove pod, bridge CNI";
    static final String CONTAINER = "container create + start";
    static final String FIRST_BYTE = "StartContainer -> first byte";
    static final String EXEC = "ExecSync of true";

    private static final int IN_FLIGHT = 8;
    private static final int EXECS = 3 * IN_FLIGHT;
    private static final int CHEAP_REPEATS = 10;
    private static final int WARM_UP_CALLS = 3_000;
    private static final long FIRST_BYTE_POLL_NANOS = 20_000;
    private static final long FIRST_BYTE_PATIENCE_NANOS = 10_000_000_000L;

    private final Results results;
    private int round;

    Workload(Results results) {
        this.results = results;
    }

    void round(Subject subject) throws Exception {
        round++;
        String name = subject.name();
        Pods pods = subject.pods();
        RunningPod pod = startedPod(POD_HOST, subject, pods.hostNetwork("host" + round));
        results.measure(CONTAINER, name, () -> pod.start(limited(pods.idle("second"))));
        results.measure(FIRST_BYTE, name, firstByte(pod, pods, name));
        String container = pod.start(limited(pods.idle("execs")));
        for (int i = 0; i < 3; i++) {
            results.measure(EXEC, name, () -> pod.exec(container, "/bin/true"));
        }
        results.measureEach("ExecSync of true, 8 in flight, each", name, EXECS, () -> inFlight(pod, container));
        cheapCalls(subject);
        results.measure("stop and remove pod, host network", name, pod::close);

        RunningPod bridged = startedPod(POD_BRIDGE, subject, pods.config("bridge" + round));
        results.measure(POD_BRIDGE_END, name, bridged::close);
    }

    /** Lets the JVM compile what every call of this client runs, so that no server pays for it. */
    void client(Subject subject) {
        RuntimeServiceBlockingStub runtime = subject.client().runtime();
        for (int i = 0; i < WARM_UP_CALLS; i++) {
            runtime.version(VersionRequest.getDefaultInstance());
        }
    }

    private RunningPod startedPod(String operation, Subject subject, PodSandboxConfig.Builder config) throws Exception {
        RunningPod[] pod = new RunningPod[1];
        results.measure(operation, subject.name(), () -> {
            pod[0] = subject.pods().run(config.build());
            pod[0].start(limited(subject.pods().idle("first")));
        });
        return pod[0];
    }

    private void cheapCalls(Subject subject) throws Exception {
        RuntimeServiceBlockingStub runtime = subject.client().runtime();
        for (int i = 0; i < CHEAP_REPEATS; i++) {
            results.measure("Version", subject.name(), () -> runtime.version(VersionRequest.getDefaultInstance()));
        }
        results.measure("ListPodSandbox + ListContainers + Status", subject.name(), () -> {
            runtime.listPodSandbox(ListPodSandboxRequest.getDefaultInstance());
            runtime.listContainers(ListContainersRequest.getDefaultInstance());
            runtime.status(StatusRequest.getDefaultInstance());
        });
        results.measure(
                "ListContainerStats",
                subject.name(),
                () -> runtime.listContainerStats(ListContainerStatsRequest.getDefaultInstance()));
        results.measure(
                "ListPodSandboxMetrics",
                subject.name(),
                () -> runtime.listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance()));
    }

    /** Creates before it is measured. */
    private static Results.Work firstByte(RunningPod pod, Pods pods, String name) {
        ContainerConfig config = limited(pods.shell("first-byte-" + name, "echo x; exec top -b -d 600"))
                .build();
        String container = pod.create(config);
        Path log = pod.logFile(config);
        return () -> {
            pod.startCreated(container);
            awaitByte(log);
        };
    }

    private static void awaitByte(Path log) throws IOException {
        long end = System.nanoTime() + FIRST_BYTE_PATIENCE_NANOS;
        while (!Files.exists(log) || Files.size(log) == 0) {
            if (System.nanoTime() > end) {
                throw new IOException("The container has written nothing to " + log);
            }
            LockSupport.parkNanos(FIRST_BYTE_POLL_NANOS);
        }
    }

    private static void inFlight(RunningPod pod, String container) throws Exception {
        Callable<Integer> one = () -> pod.exec(container, "/bin/true").getExitCode();
        try (ExecutorService threads = Executors.newFixedThreadPool(IN_FLIGHT)) {
            List<Future<Integer>> all = threads.invokeAll(Collections.nCopies(EXECS, one));
            for (Future<Integer> code : all) {
                if (code.get() != 0) {
                    throw new IOException("ExecSync of /bin/true ended with " + code.get());
                }
            }
        }
    }

    private static ContainerConfig.Builder limited(ContainerConfig.Builder container) {
        return container.setLinux(LinuxContainerConfig.newBuilder()
                .setResources(LinuxContainerResources.newBuilder()
                        .setCpuPeriod(100_000)
                        .setCpuQuota(200_000)
                        .setCpuShares(512)
                        .setMemoryLimitInBytes(128L << 20))
                .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                        .setNoNewPrivs(true)
                        .setSeccomp(SecurityProfile.getDefaultInstance())));
    }
}
