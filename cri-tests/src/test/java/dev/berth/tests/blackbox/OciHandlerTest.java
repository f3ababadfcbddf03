package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.ContainerStatsRequest;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandbox;
import dev.berth.cri.v1.RuntimeHandler;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.Footprint;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pods whose containers an OCI runtime makes behave as those of the built-in handler, and leave nothing behind. */
@ExtendWith(NodeExtension.class)
@OnlyBerth("is told its handlers")
class OciHandlerTest {
    private static final long LIMIT = 64L << 20;

    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Pods pods;
    private static Footprint before;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(!OciRuntimes.present().isEmpty(), "neither crun nor runc is installed");
        node = TestNode.start("berthoci0", "--config=" + OciRuntimes.configure(folder));
        pods = node.pods();
        // The first of each makes folders and bridges that stay.
        for (String handler : OciRuntimes.present()) {
            RunningPod pod = run("warm", handler);
            pod.start(pods.idle("main"));
            pod.close();
        }
        before = footprint();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        pods.removeAll();
        Set<String> left = left();
        for (int i = 0; i < 50 && !left.isEmpty(); i++) {
            Thread.sleep(100);
            left = left();
        }
        assertEquals(Set.of(), left);
    }

    @AfterAll
    static void end() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    private static Footprint footprint() throws Exception {
        return Footprint.of(node.folders(), node.daemon().pid());
    }

    private static Set<String> left() throws Exception {
        Set<String> left = new TreeSet<>(footprint().since(before));
        String own = node.folders().folder().getFileName().toString();
        left.removeIf(thing -> thing.matches("process \\d+ .*(java|helper\\.sock|berth serve|docker-registry).*")
                || thing.matches("file .*/(bundles|runtimes)/[a-z]+")
                || thing.startsWith("descriptors")
                || (thing.startsWith("cgroup") && !thing.contains(own)));
        return left;
    }

    private static RunningPod run(String name, String handler) {
        return pods.run(pods.config(name).build(), handler);
    }

    static List<String> handlers() {
        return OciRuntimes.present();
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void aContainerLogsAndEndsWithItsCode(String handler) throws Exception {
        RunningPod pod = run("logs", handler);
        ContainerConfig.Builder config = pods.shell(
                        "main", "echo out; echo err >&2; echo \"$GREETING from $(hostname) in $PWD\"; exit 7")
                .setWorkingDir("/tmp")
                .addEnvs(Pods.environment("GREETING", "ahoy"));
        List<String> lines =
                pod.runToEnd(config).stream().map(LogLine::text).sorted().toList();
        assertEquals(List.of("ahoy from logs in /tmp", "err", "out"), lines);
        PodSandbox listed = pods.list().getFirst();
        assertEquals(handler, listed.getRuntimeHandler());
        assertEquals(handler, pod.status().getRuntimeHandler());
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void exitCodesAndTimesAreTheContainers(String handler) throws Exception {
        RunningPod pod = run("codes", handler);
        ContainerStatus status = pod.awaitExit(pod.start(pods.shell("main", "sleep 0.5; exit 23")));
        assertEquals(23, status.getExitCode());
        assertEquals("Error", status.getReason());
        long ran = status.getFinishedAt() - status.getStartedAt();
        assertTrue(ran >= 500_000_000L, "It ran %d ns".formatted(ran));
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void commandsRunInTheContainerWithItsConfinement(String handler) {
        RunningPod pod = run("exec", handler);
        String container = pod.start(pods.idle("main")
                .setWorkingDir("/tmp")
                .addEnvs(Pods.environment("GREETING", "ahoy"))
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setRunAsUser(Int64Value.newBuilder().setValue(1001))
                                .setNamespaceOptions(Pods.linux(NamespaceMode.POD, NamespaceMode.CONTAINER)
                                        .getSecurityContext()
                                        .getNamespaceOptions())
                                .setNoNewPrivs(true))));
        assertEquals("1001 ahoy /tmp", pod.shell(container, "echo -n $(id -u) $GREETING $PWD"));
        assertTrue(pod.shell(container, "cat /proc/self/status").contains("NoNewPrivs:\t1"));
        ExecSyncResponse failed = pod.exec(container, "/bin/sh", "-c", "echo out; echo err >&2; exit 9");
        assertEquals(9, failed.getExitCode());
        assertEquals("out\n", failed.getStdout().toStringUtf8());
        assertEquals("err\n", failed.getStderr().toStringUtf8());
        assertTrue(pod.exec(container, "/bin/nonesuch").getExitCode() != 0);
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void aCommandThatTakesTooLongIsKilledWithAllThatItStarted(String handler) {
        RunningPod pod = run("late", handler);
        String container = pod.start(pods.idle("main"));
        assertRefused(
                Status.Code.DEADLINE_EXCEEDED,
                () -> pod.exec(container, Duration.ofSeconds(1), "/bin/sh", "-c", "sleep 98761 & sleep 98761"),
                "1 s");
        assertEquals("0", pod.shell(container, "echo -n $(ps | grep -c '[9]8761')"));
        assertEquals(ContainerState.CONTAINER_RUNNING, pod.status(container).getState());
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void limitsHoldAndCanBeChangedAndAreCounted(String handler) {
        RunningPod pod = run("limits", handler);
        String container = pod.start(pods.idle("main").setLinux(memory(LIMIT)));
        String file = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null";
        assertEquals(LIMIT + "\n", pod.shell(container, file));
        Resources.update(
                node.client(),
                container,
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(2 * LIMIT)
                        .build());
        assertEquals(2 * LIMIT + "\n", pod.shell(container, file));
        long used = node.client()
                .runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats()
                .getMemory()
                .getWorkingSetBytes()
                .getValue();
        assertTrue(used > 0 && used < 2 * LIMIT, "It uses %d bytes".formatted(used));
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void whoTakesMoreThanItsMemoryIsKilledAndSaysSo(String handler) throws Exception {
        RunningPod pod = run("oom", handler);
        ContainerStatus status = pod.awaitExit(pod.start(
                pods.shell("main", "exec dd if=/dev/zero of=/dev/null bs=256M").setLinux(memory(LIMIT))));
        assertEquals(137, status.getExitCode());
        assertEquals("OOMKilled", status.getReason());
    }

    private static LinuxContainerConfig memory(long limit) {
        return LinuxContainerConfig.newBuilder()
                .setResources(LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(limit)
                        .setMemorySwapLimitInBytes(limit))
                .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                        .setNamespaceOptions(Pods.linux(NamespaceMode.POD, NamespaceMode.CONTAINER)
                                .getSecurityContext()
                                .getNamespaceOptions()))
                .build();
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void aStopIsHeededOrElseAKill(String handler) {
        RunningPod pod = run("stop", handler);
        String heeds = pod.start(pods.shell("heeds", "trap 'exit 5' TERM; while :; do sleep 0.05; done"));
        pod.shell(heeds, "sleep 0.3");
        pod.stop(heeds, 20);
        assertEquals(5, pod.status(heeds).getExitCode());
        String stubborn = pod.start(pods.shell("stubborn", "trap '' TERM; while :; do sleep 0.05; done"));
        pod.shell(stubborn, "sleep 0.3");
        pod.stop(stubborn, 1);
        assertEquals(137, pod.status(stubborn).getExitCode());
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void mountsAreThoseThatWereAskedFor(String handler) throws Exception {
        Path shared = Files.createDirectories(folder.resolve("shared-" + handler));
        Files.writeString(shared.resolve("file"), "content");
        RunningPod pod = run("mounts", handler);
        String container = pod.start(pods.idle("main")
                .addMounts(Mount.newBuilder().setHostPath(shared.toString()).setContainerPath("/rw"))
                .addMounts(Mount.newBuilder()
                        .setHostPath(shared.toString())
                        .setContainerPath("/ro")
                        .setReadonly(true))
                .addMounts(Mount.newBuilder()
                        .setHostPath(shared.resolve("file").toString())
                        .setContainerPath("/one/file")));
        assertEquals("content", pod.shell(container, "cat /one/file"));
        assertEquals("refused", pod.shell(container, "touch /ro/new 2>/dev/null || echo -n refused"));
        pod.shell(container, "touch /rw/new");
        assertTrue(Files.exists(shared.resolve("new")));
        assertTrue(pod.shell(container, "cat /etc/hosts /etc/resolv.conf /etc/hostname")
                .contains("mounts"));
        assertEquals("shm", pod.shell(container, "echo -n shm >/dev/shm/x; cat /dev/shm/x"));
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void containersOfAPodShareItsProcessesWhenItSaysSo(String handler) {
        RunningPod pod = pods.run(
                pods.config("shared")
                        .setLinux(Pods.linux(NamespaceMode.POD, NamespaceMode.POD))
                        .build(),
                handler);
        pod.start(pods.shell("one", "exec sleep 98762"));
        String two = pod.start(pods.idle("two"));
        assertEquals("1", pod.shell(two, "echo -n $(ps | grep -c '[9]8762')"));
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void containersGoOnWhileTheDaemonIsGone(String handler) throws Exception {
        RunningPod pod = run("unmoved", handler);
        String container = pod.start(pods.shell("main", "sleep 2; echo last words; exit 9"));
        String other = pod.start(pods.idle("other"));
        node.killDaemon();
        node.startDaemon();
        pods = node.pods();
        RunningPod after = new RunningPod(node.client(), pod.config(), pod.id());
        assertEquals("here", after.shell(other, "echo -n here"));
        assertEquals(9, after.awaitExit(container).getExitCode());
        assertEquals(
                "last words", after.log(pods.idle("main").build()).getLast().text());
        after.stop(other, 1);
    }

    /** Kills at moments spread over a start, which takes an OCI runtime about a tenth of a second. */
    @ParameterizedTest
    @MethodSource("handlers")
    void whatWasHalfStartedIsGoneOrWhole(String handler) throws Exception {
        for (int milliseconds : new int[] {20, 90, 180}) {
            RunningPod pod = run("half", handler);
            String container = pod.create(pods.idle("main").build());
            Thread starter = Thread.ofVirtual().start(() -> start(pod, container));
            Thread.sleep(milliseconds + new Random().nextInt(5));
            node.killDaemon();
            starter.join();
            node.startDaemon();
            pods = node.pods();
            RunningPod after = new RunningPod(node.client(), pod.config(), pod.id());
            if (after.status(container).getState() == ContainerState.CONTAINER_CREATED) {
                after.startCreated(container);
            }
            assertEquals("ahoy", after.shell(container, "echo -n ahoy"), "after %d ms".formatted(milliseconds));
            nothingIsLeft();
        }
    }

    private static void start(RunningPod pod, String container) {
        try {
            pod.startCreated(container);
        } catch (StatusRuntimeException | RejectedExecutionException _) {
            // The server died under it, and its client with it.
        }
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void whatTheRuntimeRefusesIsToldInItsWords(String handler) {
        RunningPod pod = run("refused", handler);
        String container = pod.create(pods.container("main", "/bin/nonesuch").build());
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pod.startCreated(container), handler, "nonesuch");
        ContainerStatus status = pod.status(container);
        assertEquals(ContainerState.CONTAINER_EXITED, status.getState());
        assertEquals("StartError", status.getReason());
        assertTrue(status.getMessage().contains("nonesuch"), status.getMessage());
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void aContainerHasATerminalWhenItAsksForOne(String handler) throws Exception {
        RunningPod pod = run("terminal", handler);
        ContainerConfig.Builder config = pods.shell("main", "test -t 0 && test -t 1 && tty && stty size; exit 4")
                .setTty(true)
                .setStdin(true);
        String container = pod.start(config);
        assertEquals(4, pod.awaitExit(container).getExitCode());
        List<String> lines = pod.log(config.build()).stream()
                .map(LogLine::text)
                .map(String::strip)
                .toList();
        assertTrue(lines.getFirst().startsWith("/dev/"), lines.toString());
    }

    @Test
    void anUnknownHandlerIsRefused() {
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> run("unknown", "nonesuch"), "nonesuch", "berth");
    }

    @Test
    @Covers("feature.handlers")
    void statusNamesEveryHandler() {
        List<String> names =
                node.client().runtime().status(StatusRequest.getDefaultInstance()).getRuntimeHandlersList().stream()
                        .map(RuntimeHandler::getName)
                        .toList();
        assertTrue(names.containsAll(List.of("", "berth", "failing")), names.toString());
        assertTrue(names.containsAll(OciRuntimes.present()), names.toString());
    }

    @Test
    void aRuntimeThatIsNotThereIsNamed() {
        assertStartFails("missing", "/nonesuch/runtime");
    }

    @Test
    void aRuntimeThatFailsIsQuoted() {
        assertStartFails("failing", "failing");
    }

    @Test
    void aRuntimeThatNamesAProcessOfSomebodyElseIsNotBelieved() {
        assertStartFails("lying", "none of the shim's");
    }

    @Test
    void aRuntimeThatHangsIsKilled() {
        long begin = System.nanoTime();
        assertStartFails("hanging", "within");
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        assertTrue(seconds < 30, "It took %d s".formatted(seconds));
    }

    private static void assertStartFails(String handler, String word) {
        RunningPod pod = run("fails", handler);
        String container = pod.create(pods.idle("main").build());
        try {
            pod.startCreated(container);
            throw new AssertionError("It started");
        } catch (StatusRuntimeException failure) {
            assertTrue(String.valueOf(failure.getMessage()).contains(word), failure.toString());
        }
        assertEquals("StartError", pod.status(container).getReason());
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void capabilitiesAreThoseOfTheRequest(String handler) {
        RunningPod pod = run("capabilities", handler);
        String container = pod.start(pods.idle("main")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setNamespaceOptions(Pods.linux(NamespaceMode.POD, NamespaceMode.CONTAINER)
                                        .getSecurityContext()
                                        .getNamespaceOptions())
                                .setCapabilities(Capability.newBuilder()
                                        .addDropCapabilities("ALL")
                                        .addAddCapabilities("NET_ADMIN")))));
        assertTrue(pod.shell(container, "cat /proc/1/status").contains("CapEff:\t0000000000001000"));
        assertTrue(pod.shell(container, "cat /proc/self/status").contains("CapBnd:\t0000000000001000"));
    }
}
