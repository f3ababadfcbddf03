package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@OnNode
class ExecSyncTest {
    private static final int CAP_BYTES = 16 * 1024 * 1024;

    private final Pods pods;

    ExecSyncTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("exec-sync")
    void bothStreamsAndTheExitCodeComeBack() {
        RunningPod pod = pods.run("exec");
        ExecSyncResponse response =
                pod.exec(pod.start(pods.idle("main")), "/bin/sh", "-c", "echo -n out; echo -n err >&2; exit 3");
        assertEquals("out", response.getStdout().toStringUtf8());
        assertEquals("err", response.getStderr().toStringUtf8());
        assertEquals(3, response.getExitCode());
    }

    @Test
    @Covers("exec-sync.timeout")
    void aTimeoutEndsTheCommand() {
        RunningPod pod = pods.run("late");
        String container = pod.start(pods.idle("main"));
        assertRefused(
                Status.Code.DEADLINE_EXCEEDED, () -> pod.exec(container, Duration.ofSeconds(1), "/bin/sleep", "4321"));
        assertFalse(pod.shell(container, "ps -o args").contains("sleep 4321"));
    }

    @Test
    @Covers("feature.exec-timeout-tree")
    void aTimeoutKillsTheWholeTree() {
        RunningPod pod = pods.run("timeout");
        String container = pod.start(pods.idle("main"));
        StatusRuntimeException failure = assertThrows(
                StatusRuntimeException.class,
                () -> pod.exec(container, Duration.ofSeconds(1), "/bin/sh", "-c", "sleep 4321 & sleep 4321"));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode(), failure.toString());
        assertFalse(pod.shell(container, "ps -o args").contains("sleep 4321"));
    }

    @Test
    void outputBeyondSixteenMebibytesIsCutAndTheServerStays() {
        RunningPod pod = pods.run("flood");
        String container = pod.start(pods.idle("main"));
        try {
            ExecSyncResponse response = pod.exec(container, "/bin/sh", "-c", "head -c 20000000 /dev/zero");
            assertTrue(response.getStdout().size() <= CAP_BYTES);
        } catch (StatusRuntimeException e) {
            // Sixteen mebibytes of output do not fit into a message of sixteen mebibytes.
            assertEquals(Status.Code.RESOURCE_EXHAUSTED, e.getStatus().getCode(), e.toString());
        }
        assertEquals("still here", pod.shell(container, "echo -n still here"));
    }

    @Test
    void aMebibyteComesBackWhole() {
        RunningPod pod = pods.run("large");
        ExecSyncResponse response =
                pod.exec(pod.start(pods.idle("main")), "/bin/sh", "-c", "head -c 1048576 /dev/zero | tr '\\0' y");
        assertEquals("y".repeat(1 << 20), response.getStdout().toStringUtf8());
    }

    @Test
    void anExecRunsAsTheContainerDoes() {
        RunningPod pod = pods.run("identity");
        String container = pod.start(pods.idle("main")
                .addEnvs(Pods.environment("GREETING", "ahoy"))
                .setWorkingDir("/tmp")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setNoNewPrivs(true)
                                .setRunAsUser(Int64Value.newBuilder().setValue(1001)))));
        assertEquals("1001 ahoy /tmp", pod.shell(container, "echo -n $(id -u) $GREETING $PWD"));
        assertTrue(pod.shell(container, "cat /proc/self/status").contains("NoNewPrivs:\t1"));
        // An exec may have a cgroup of its own below that of the container, never one beside it.
        assertEquals(
                "",
                pod.shell(
                        container,
                        "while read -r line; do grep -q \"^$line\" /proc/self/cgroup || echo $line; done </proc/1/cgroup"));
    }

    @Test
    void fiftyAtOnceAllAnswerRightly() throws Exception {
        RunningPod pod = pods.run("fifty");
        String container = pod.start(pods.idle("main"));
        Callable<String> call = () -> pod.shell(container, "echo -n one of fifty");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> answer : threads.invokeAll(Collections.nCopies(50, call))) {
                assertEquals("one of fifty", answer.get());
            }
        }
    }

    @Test
    void aProgramThatIsMissingIsNamed() {
        RunningPod pod = pods.run("missing");
        String container = pod.start(pods.idle("main"));
        try {
            assertTrue(pod.exec(container, "/bin/nonesuch").getExitCode() >= 126);
        } catch (StatusRuntimeException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("/bin/nonesuch"), e.toString());
        }
    }
}
