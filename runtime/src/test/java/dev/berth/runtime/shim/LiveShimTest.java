package dev.berth.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.launch.IdMap;
import dev.berth.runtime.launch.PodPlan;
import dev.berth.runtime.launch.RunPlan;
import dev.berth.runtime.sysctl.SysctlWrite;
import dev.berth.runtime.testing.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real shim, put to work through its Java side; needs root and removes all it makes. */
class LiveShimTest {
    private static final Kernel KERNEL = new LinuxKernel();

    private static LiveHelper node;
    private static Reactor reactor;
    private static Helper helper;

    @TempDir
    private Path directory;

    private LivePod pod;

    @BeforeAll
    static void startHelper(@TempDir Path state) throws Exception {
        node = LiveHelper.start(KERNEL, state);
        reactor = node.reactor();
        helper = node.helper();
    }

    @AfterAll
    static void endHelper() {
        if (node != null) {
            node.close();
        }
    }

    @BeforeEach
    void makePod() throws Exception {
        pod = new LivePod(KERNEL, reactor, helper, directory);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        pod.close();
        assertEquals(List.of(), mounts());
        awaitGone(pod.pid());
    }

    @Test
    void aHelperThatDiedIsStartedAgain() throws Exception {
        long first = helper.pid();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (ProcessHandle.of(first).map(ProcessHandle::isAlive).orElse(false) && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertTrue(helper.available());
        assertNotEquals(first, helper.pid());
        pod.close();
        pod = new LivePod(KERNEL, reactor, helper, Files.createDirectory(directory.resolve("second")));
        assertTrue(ProcessHandle.of(pod.pid()).orElseThrow().isAlive(), "a shim forked by the new helper");
    }

    @Test
    void aPodHasNamespacesOfItsOwnAndItsHostname() throws Exception {
        for (String namespace : List.of("net", "ipc", "uts")) {
            assertNotEquals(namespace("self", namespace), namespace(pod.pid(), namespace), namespace);
        }
        pod.launch("c1", "busybox cat /proc/sys/kernel/hostname");
        pod.awaitExit();
        assertEquals(List.of("stdout F pod-host"), logged("c1"));
    }

    @Test
    void aContainerLogsItsOutputAndItsEndIsTold() throws Exception {
        pod.launch("c1", "echo out; echo err >&2; exit 7");
        ProcessExit exit = pod.awaitExit();
        assertEquals("c1", exit.id());
        assertEquals(7, exit.exitCode());
        assertTrue(exit.finishedAt() > 0);
        assertEquals(Set.of("stdout F out", "stderr F err"), Set.copyOf(logged("c1")));
        assertTrue(Files.readString(pod.log("c1")).matches("(?s)\\d{4}-\\d\\d-\\d\\dT[^ ]+Z .*"));
    }

    @Test
    void aContainersRootIsItsOverlayAndTheNodeSeesNoMount() throws Exception {
        pod.launch("c1", "echo x > /written; busybox ls /; busybox sleep 60");
        awaitLog("c1", "written");
        assertEquals(List.of(), mounts());
        assertTrue(Files.exists(directory.resolve("c1/upper/written")));
        assertFalse(Files.exists(directory.resolve("lower/written")));
        assertEquals(
                Set.of("bin", "dev", "proc", "sys", "written"),
                logged("c1").stream().map(line -> line.replace("stdout F ", "")).collect(Collectors.toSet()));
    }

    @Test
    void theFirstProcessIsProcessOneWithoutPrivilegesOrForeignDescriptors() throws Exception {
        pod.launch(
                "c1",
                "echo pid $$; busybox grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; busybox ls /proc/1/fd; :");
        pod.awaitExit();
        List<String> lines = logged("c1");
        assertEquals("stdout F pid 1", lines.getFirst());
        assertTrue(lines.contains("stdout F CapEff:\t0000000000000000"), lines.toString());
        assertTrue(lines.contains("stdout F CapBnd:\t0000000000000000"), lines.toString());
        assertTrue(lines.contains("stdout F NoNewPrivs:\t1"), lines.toString());
        List<String> descriptors = lines.stream()
                .filter(line -> line.matches("stdout F \\d+"))
                .map(line -> line.substring(9))
                .toList();
        assertEquals(List.of("0", "1", "2"), descriptors);
    }

    @Test
    void anExecCapturesBothStreamsAndItsExitCode() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        ProcessExit exit = pod.execute("c1", "e1", "echo out; echo err >&2; exit 3");
        assertEquals("out\n", new String(exit.stdout(), UTF_8));
        assertEquals("err\n", new String(exit.stderr(), UTF_8));
        assertEquals(3, exit.exitCode());
    }

    @Test
    void anExecSeesTheProcessesOfItsContainer() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        ProcessExit exit = pod.execute("c1", "e1", "busybox tr '\\0' ' ' < /proc/1/cmdline");
        assertTrue(new String(exit.stdout(), UTF_8).contains("sleep 60"), () -> new String(exit.stdout(), UTF_8));
    }

    @Test
    void aSignalEndsAContainerThatHandlesIt() throws Exception {
        pod.launch("c1", "trap 'echo bye; exit 5' TERM; echo ready; while :; do busybox sleep 0.01; done");
        awaitLog("c1", "ready");
        pod.shim().signal("c1", Kernel.SIGTERM);
        ProcessExit exit = pod.awaitExit();
        assertEquals(5, exit.exitCode());
        assertTrue(logged("c1").contains("stdout F bye"));
    }

    @Test
    void aKilledContainerExitsWith137() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        pod.shim().signal("c1", Kernel.SIGKILL);
        ProcessExit exit = pod.awaitExit();
        assertTrue(exit.signalled(Kernel.SIGKILL));
        assertEquals(137, exit.exitCode());
        KernelFailure failure =
                assertThrows(KernelFailure.class, () -> pod.shim().signal("c1", Kernel.SIGTERM));
        assertTrue(failure.is(Errno.ESRCH), failure.getMessage());
    }

    @Test
    void aSignalToNobodyIsAFailure() {
        KernelFailure failure =
                assertThrows(KernelFailure.class, () -> pod.shim().signal("none", Kernel.SIGTERM));
        assertTrue(failure.is(Errno.ENOENT), failure.getMessage());
    }

    @Test
    void anotherReactorFindsWhatRunsAndWhatHasEnded() throws Exception {
        pod.launch("c1", "exit 9");
        pod.awaitExit();
        pod.launch("c2", "busybox sleep 60");
        try (Reactor second = new Reactor(KERNEL)) {
            pod.reconnect(second);
            List<ProcessState> states = pod.shim().state();
            assertEquals(2, states.size());
            ProcessState ended = state(states, "c1");
            assertEquals(ProcessState.Phase.EXITED, ended.phase());
            assertEquals(9, ended.exitCode());
            assertEquals(ProcessState.Phase.RUNNING, state(states, "c2").phase());
            pod.shim().signal("c2", Kernel.SIGKILL);
            assertEquals("c2", pod.awaitExit().id());
            pod.shim().forget("c1");
            assertEquals(
                    List.of("c2"),
                    pod.shim().state().stream().map(ProcessState::id).toList());
            pod.reconnect(reactor);
            pod.shim().state();
        }
    }

    @Test
    void aReopenedLogIsANewFileWithTheLinesThatFollow() throws Exception {
        pod.launch("c1", "echo first; while ! busybox test -e /go; do busybox sleep 0.01; done; echo second");
        awaitLog("c1", "first");
        Path rotated = pod.log("c1").resolveSibling("rotated");
        Files.move(pod.log("c1"), rotated);
        pod.shim().reopenLog("c1");
        assertTrue(Files.exists(pod.log("c1")));
        pod.execute("c1", "e1", "echo > /go");
        pod.awaitExit();
        assertEquals(List.of("stdout F second"), logged("c1"));
        assertTrue(Files.readString(rotated).endsWith("stdout F first\n"));
    }

    @Test
    void aMissingProgramIsAFailureOfExecutionWith127() {
        LaunchFailure failure =
                assertThrows(LaunchFailure.class, () -> pod.launch("c1", LivePod.process("/bin/none", "x")));
        assertEquals("executing /bin/none: ENOENT", failure.getMessage());
        assertTrue(failure.ofExecution());
        assertEquals(127, failure.exitCode());
    }

    @Test
    void aProgramThatIsNotExecutableIsAFailureOfExecutionWith126() throws Exception {
        Files.writeString(directory.resolve("lower/bin/text"), "no program");
        LaunchFailure failure = assertThrows(LaunchFailure.class, () -> pod.launch("c1", LivePod.process("text")));
        assertEquals("executing text: EACCES", failure.getMessage());
        assertEquals(126, failure.exitCode());
    }

    @Test
    void aLaunchThatFailedLeavesTheIdFree() throws Exception {
        assertThrows(LaunchFailure.class, () -> pod.launch("c1", LivePod.process("/bin/none")));
        assertEquals(List.of(), pod.shim().state());
        pod.launch("c1", "exit 0");
        assertEquals(0, pod.awaitExit().exitCode());
    }

    @Test
    void anOperationThatFailsIsNamedInTheFailure() throws Exception {
        List<SysctlWrite> sysctls = List.of(new SysctlWrite("sys/none", "1"));
        Path other = Files.createDirectory(directory.resolve("other"));
        int dir = KERNEL.openat(Kernel.AT_FDCWD, other.toString(), Kernel.O_PATH, 0);
        int listener = KERNEL.listenSeqpacket(dir, "s", 1);
        try {
            LaunchFailure failure = assertThrows(
                    LaunchFailure.class,
                    () -> helper.spawn(
                            "other", listener, PodPlan.compile(KERNEL, new PodPlan.Pod(0, IdMap.NODE, "", sysctls))));
            assertEquals("setting the sysctl sys/none to 1: ENOENT", failure.getMessage());
        } finally {
            KERNEL.close(listener);
            KERNEL.close(dir);
        }
    }

    @Test
    void aShimWithARunningContainerRefusesToEnd() throws Exception {
        pod.launch("c1", "busybox sleep 60");
        KernelFailure failure =
                assertThrows(KernelFailure.class, () -> pod.shim().shutdown());
        assertTrue(failure.is(Errno.EBUSY), failure.getMessage());
    }

    @Test
    void aShimThatIsShutDownIsGoneAndSaysSo() throws Exception {
        pod.shim().shutdown();
        assertTrue(pod.awaitEnd());
        awaitGone(pod.pid());
        assertThrows(ShimGone.class, () -> pod.shim().state());
    }

    @Test
    void theHelperRunsProgramsOfTheNode() throws Exception {
        int stdin = KERNEL.openat(Kernel.AT_FDCWD, "/dev/null", Kernel.O_RDONLY, 0);
        ProcessExit exit = helper.run(
                        "run-1",
                        RunPlan.compile(
                                KERNEL,
                                List.of("/bin/busybox", "sh", "-c", "echo $GREETING; exit 4"),
                                List.of("GREETING=hello"),
                                stdin,
                                1024))
                .get(10, TimeUnit.SECONDS);
        assertEquals("hello\n", new String(exit.stdout(), UTF_8));
        assertEquals(4, exit.exitCode());
    }

    @Test
    void noDescriptorOfTheDaemonStaysOpenAfterAContainer() throws Exception {
        pod.launch("c1", "exit 0");
        pod.awaitExit();
        OpenDescriptors before = OpenDescriptors.now();
        pod.launch("c2", "exit 0");
        pod.awaitExit();
        assertThrows(LaunchFailure.class, () -> pod.launch("c3", LivePod.process("/bin/none")));
        before.assertNoMoreAreOpen();
    }

    /** Mounts of the node that have to do with this test. */
    private List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(directory.toString()))
                .toList();
    }

    private static String namespace(Object process, String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/%s/ns/%s".formatted(process, kind)))
                .toString();
    }

    private static void awaitGone(int pid) throws InterruptedException {
        for (int i = 0; i < 1000 && Files.exists(Path.of("/proc/" + pid)); i++) {
            Thread.sleep(5);
        }
        assertFalse(Files.exists(Path.of("/proc/" + pid)), "process %d is still there".formatted(pid));
    }

    private static ProcessState state(List<ProcessState> states, String id) {
        return states.stream()
                .filter(state -> state.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** The lines of a log without their time. */
    private List<String> logged(String id) throws IOException {
        return Files.readAllLines(pod.log(id)).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    private void awaitLog(String id, String text) throws Exception {
        for (int i = 0; i < 1000 && !Files.readString(pod.log(id)).contains(text); i++) {
            Thread.sleep(5);
        }
        assertTrue(Files.readString(pod.log(id)).contains(text), () -> "the log never says " + text);
    }
}
