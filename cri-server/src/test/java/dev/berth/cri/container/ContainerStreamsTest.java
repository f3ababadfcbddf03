package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.failure.CriFailure.Kind;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.TestPlatform;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.capability.NodeCapabilities;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.ContainerRecord.Phase;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before a client gets a URL. */
class ContainerStreamsTest {
    private ContainerStreams streams;
    private Containers containers;

    @BeforeEach
    void make(@TempDir Path directory) {
        TestPlatform test = new TestPlatform(directory);
        containers = new Containers(test.containerStore());
        Pods pods = new Pods(test.podStore());
        NodeGrants grants = new NodeGrants(NodeCapabilities.current(CapabilitySet.DEFAULTS), true, 0, List.of());
        streams = new ContainerStreams(new ContainerParts(
                test.platform(),
                pods,
                containers,
                new FakeImages(),
                grants,
                new SeccompFilters(false),
                new CdiDevices(List.of()),
                (_, _) -> {}));
        Pod ready = pod("ready", PodRecord.Phase.READY);
        pods.add(ready);
        pods.add(pod("stopped", PodRecord.Phase.NOT_READY));
        containers.add(container(ready, "running", Phase.RUNNING));
        containers.add(container(ready, "ended", Phase.EXITED));
    }

    @Test
    void whatIsInOrderIsNotRefused() {
        assertDoesNotThrow(() -> streams.checkExec(exec("running").build()));
        assertDoesNotThrow(() ->
                streams.checkExec(exec("running").setTty(true).setStdin(true).build()));
        assertDoesNotThrow(
                () -> streams.checkAttach(attach("running").setStdin(true).build()));
        assertDoesNotThrow(() -> streams.checkPortForward(forward("ready", 1, 80, 65535)));
        assertDoesNotThrow(() -> streams.checkPortForward(forward("ready")));
    }

    @Test
    void anUnknownContainerIsNotFound() {
        refused(Kind.NOT_FOUND, "none", () -> streams.checkExec(exec("none").build()));
        refused(Kind.NOT_FOUND, "none", () -> streams.checkAttach(attach("none").build()));
        refused(Kind.NOT_FOUND, "none", () -> streams.checkPortForward(forward("none", 80)));
    }

    @Test
    void whatDoesNotRunHasNoStreams() {
        refused(Kind.STATE, "not running", () -> streams.checkExec(exec("ended").build()));
        refused(
                Kind.STATE,
                "not running",
                () -> streams.checkAttach(attach("ended").build()));
        refused(Kind.STATE, "not ready", () -> streams.checkPortForward(forward("stopped", 80)));
        containers.get("running").markKilled();
        refused(
                Kind.STATE,
                "not running",
                () -> streams.checkExec(exec("running").build()));
        refused(
                Kind.STATE,
                "not running",
                () -> streams.checkAttach(attach("running").build()));
    }

    @Test
    void aRequestThatMakesNoSenseIsInvalid() {
        refused(
                Kind.INVALID,
                "is empty",
                () -> streams.checkExec(exec("running").clearCmd().build()));
        refused(
                Kind.INVALID,
                "leave stderr out",
                () -> streams.checkExec(
                        exec("running").setTty(true).setStderr(true).build()));
        refused(
                Kind.INVALID,
                "leave stderr out",
                () -> streams.checkAttach(
                        attach("running").setTty(true).setStderr(true).build()));
        refused(
                Kind.INVALID,
                "none of stdin, stdout and stderr",
                () -> streams.checkExec(exec("running").setStdout(false).build()));
        refused(
                Kind.INVALID,
                "none of stdin, stdout and stderr",
                () -> streams.checkAttach(attach("running").setStdout(false).build()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void aPortOutsideItsRangeIsInvalid(int port) {
        refused(Kind.INVALID, "ports are 1 to 65535", () -> streams.checkPortForward(forward("ready", 80, port)));
        refused(Kind.INVALID, "ports are 1 to 65535", () -> streams.connect("ready", port));
    }

    @Test
    void aStreamIsRefusedAgainWhenItsTimeHasCome() {
        refused(Kind.STATE, "not running", () -> streams.exec(exec("ended").build()));
        refused(Kind.STATE, "not running", () -> streams.attach(attach("ended").build()));
        refused(Kind.STATE, "not ready", () -> streams.connect("stopped", 80));
    }

    private static void refused(Kind kind, String part, Executable call) {
        CriFailure failure = assertThrows(CriFailure.class, call);
        assertEquals(kind, failure.kind());
        assertTrue(failure.sentence().contains(part), failure.sentence());
    }

    private static ExecRequest.Builder exec(String id) {
        return ExecRequest.newBuilder().setContainerId(id).addCmd("sh").setStdout(true);
    }

    private static AttachRequest.Builder attach(String id) {
        return AttachRequest.newBuilder().setContainerId(id).setStdout(true);
    }

    private static PortForwardRequest forward(String pod, Integer... ports) {
        return PortForwardRequest.newBuilder()
                .setPodSandboxId(pod)
                .addAllPort(List.of(ports))
                .build();
    }

    private static Pod pod(String id, PodRecord.Phase phase) {
        return new Pod(PodRecord.newBuilder().setId(id).setPhase(phase).build());
    }

    private static Container container(Pod pod, String id, Phase phase) {
        return new Container(
                pod,
                ContainerRecord.newBuilder()
                        .setId(id)
                        .setPodId(pod.id())
                        .setPhase(phase)
                        .build());
    }
}
