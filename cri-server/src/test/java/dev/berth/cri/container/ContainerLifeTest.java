package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.cdi.CdiDevices;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.TestPlatform;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.StartContainerRequest;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.capability.NodeCapabilities;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.ProcessState;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.ContainerRecord.Phase;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How containers end, and what a start of the daemon makes of those it finds. */
class ContainerLifeTest {
    @TempDir
    private Path directory;

    private final FakeImages images = new FakeImages();
    private TestPlatform test;
    private Containers containers;
    private ContainerExits exits;
    private ContainerRecovery recovery;

    @BeforeEach
    void make() {
        test = new TestPlatform(directory);
        containers = new Containers(test.containerStore());
        exits = new ContainerExits(test.platform(), containers);
        recovery = new ContainerRecovery(test.platform(), containers, images, exits);
    }

    @ParameterizedTest
    @CsvSource({
        // wait status, oom kills, reason, exit code
        "0, 0, Completed, 0",
        "0, 3, Completed, 0",
        "256, 0, Error, 1",
        "9, 0, Error, 137",
        "9, 1, OOMKilled, 137",
        "35072, 1, OOMKilled, 137",
        "256, 1, Error, 1",
        "15, 1, Error, 143",
    })
    void anEndHasAReason(int status, long oomKills, String reason, int exitCode) throws Exception {
        Container container = container(Phase.RUNNING, true);
        exits.exited(container.pod(), exit(status, oomKills));
        assertEquals(Phase.EXITED, container.record().getPhase());
        assertEquals(reason, container.record().getReason());
        assertEquals(exitCode, container.record().getExitCode());
        assertEquals(77, container.record().getFinishedAt());
        assertEquals(List.of(container.record()), containers.store().load());
        assertTrue(container.awaitExit(0));
    }

    @Test
    void aSecondEndChangesNothing() throws Exception {
        Container container = container(Phase.RUNNING, true);
        exits.exited(container.pod(), exit(0, 0));
        exits.exited(container.pod(), exit(9, 1));
        assertEquals("Completed", container.record().getReason());
    }

    @Test
    void anEndOfAContainerThatNobodyKnowsIsForgotten() throws Exception {
        exits.exited(pod(true), exit(0, 0));
        assertEquals(List.of(), containers.store().load());
    }

    @Test
    void aContainerThatNeverRanCountsAsStartedWhenItWasCreated() throws Exception {
        Container container = container(Phase.STARTING, true);
        exits.exited(container.pod(), exit(9, 0));
        assertEquals(10, container.record().getStartedAt());
    }

    @Test
    void anEndThatNobodySawIs255() throws Exception {
        Container container = container(Phase.RUNNING, true);
        exits.lost(container);
        assertEquals(255, container.record().getExitCode());
        assertEquals("Unknown", container.record().getReason());
        assertEquals(1_000_000_000_000L, container.record().getFinishedAt());
    }

    @Test
    void whatDoesNotRunIsNotLost() throws Exception {
        Container container = container(Phase.CREATED, true);
        exits.lost(container);
        assertEquals(Phase.CREATED, container.record().getPhase());
    }

    @ParameterizedTest
    @CsvSource({
        // phase before, pod ready, what the shim says, phase after, exit code
        "CREATED, true, none, CREATED, 0",
        "EXITED, true, none, EXITED, 0",
        "STARTING, true, none, CREATED, 0",
        "STARTING, false, none, EXITED, 255",
        "STARTING, true, LAUNCHING, RUNNING, 0",
        "STARTING, true, RUNNING, RUNNING, 0",
        "STARTING, true, EXITED, EXITED, 3",
        "RUNNING, true, none, EXITED, 255",
        "RUNNING, true, RUNNING, RUNNING, 0",
        "RUNNING, true, EXITED, EXITED, 3",
    })
    void theShimSaysWhatIsTrueAfterAStart(Phase before, boolean ready, String shim, Phase after, int exitCode)
            throws Exception {
        Container container = container(before, ready);
        if (shim.equals("none")) {
            recovery.settle(container, null);
        } else {
            recovery.settle(container, state(ProcessState.Phase.valueOf(shim)));
        }
        assertEquals(after, container.record().getPhase());
        assertEquals(exitCode, container.record().getExitCode());
        if (!shim.equals("none")) {
            assertEquals(20, container.record().getStartedAt());
        }
    }

    @Test
    void aHalfMadeContainerIsTakenBackWhole() throws Exception {
        Container container = container(Phase.MAKING, true);
        containers.store().put("c1", container.record());
        images.hold("c1", List.of("image"));
        Path layer = test.platform().layout().writableLayer("c1");
        Files.createDirectories(layer.resolve("upper/deep"));
        recovery.takeBack(container);
        recovery.takeBack(container);
        assertFalse(Files.exists(layer));
        assertTrue(images.held.isEmpty());
        assertEquals(List.of(), containers.store().load());
    }

    /** The names are labels of metrics, so they are an interface. */
    @Test
    void startContainerHasTheseSteps() {
        StartSteps steps = new StartSteps(parts());
        assertEquals("StartContainer", steps.verb().name());
        assertEquals(
                List.of("record", "cgroup", "root", "mounts", "launch", "running"),
                steps.verb().stepNames());
    }

    /** A failure of Berth would be retried and logged as one; the kubelet must learn that the request is wrong. */
    @Test
    void aStartThatAsksForTheImpossibleIsTheClientsMistakeAndTheContainersEnd() throws Exception {
        Path profile = Files.writeString(directory.resolve("profile.json"), "{\"defaultAction\": \"SCMP_ACT_NONE\"}");
        Container container = container(Phase.CREATED, true);
        ContainerRecord.Builder record = container.record().toBuilder().addArguments("sh");
        record.getConfigBuilder()
                .getLinuxBuilder()
                .getSecurityContextBuilder()
                .getSeccompBuilder()
                .setProfileType(SecurityProfile.ProfileType.Localhost)
                .setLocalhostRef(profile.toString());
        containers.update(container, record.build());
        CriFailure failure = assertThrows(CriFailure.class, () -> start("c1"));
        assertEquals(CriFailure.Kind.INVALID, failure.kind());
        assertTrue(failure.sentence().contains("the seccomp profile " + profile + " is not valid"), failure.sentence());
        assertEquals(Phase.EXITED, container.record().getPhase());
        assertEquals("StartError", container.record().getReason());
        assertEquals(128, container.record().getExitCode());
        assertEquals(failure.sentence(), container.record().getMessage());
        assertEquals(
                CriFailure.Kind.STATE,
                assertThrows(CriFailure.class, () -> start("c1")).kind());
    }

    @Test
    void aContainerOfAStoppedPodIsNotStarted() {
        Container container = container(Phase.CREATED, false);
        CriFailure failure = assertThrows(CriFailure.class, () -> start("c1"));
        assertEquals("the pod sandbox p1 of container c1 is stopped", failure.sentence());
        assertEquals(Phase.CREATED, container.record().getPhase());
    }

    private void start(String id) throws InterruptedException {
        new ContainerStart(parts())
                .call(StartContainerRequest.newBuilder().setContainerId(id).build());
    }

    private ContainerParts parts() {
        NodeGrants grants = new NodeGrants(NodeCapabilities.current(CapabilitySet.DEFAULTS), true, 0, List.of());
        return new ContainerParts(
                test.platform(),
                new Pods(test.podStore()),
                containers,
                images,
                grants,
                new SeccompFilters(false),
                new CdiDevices(List.of()),
                (_, _) -> {});
    }

    private Container container(Phase phase, boolean podReady) {
        Container container = new Container(
                pod(podReady),
                ContainerRecord.newBuilder()
                        .setId("c1")
                        .setPodId("p1")
                        .setCreatedAt(10)
                        .setCgroup(TestPlatform.CGROUP_PARENT + "/berth-c1")
                        .setPhase(phase)
                        .build());
        containers.add(container);
        return container;
    }

    private static Pod pod(boolean ready) {
        PodRecord.Phase phase = ready ? PodRecord.Phase.READY : PodRecord.Phase.NOT_READY;
        return new Pod(PodRecord.newBuilder().setId("p1").setPhase(phase).build());
    }

    private static ProcessExit exit(int status, long oomKills) {
        return new ProcessExit("c1", 42, status, 77, oomKills, new byte[0], new byte[0], 0);
    }

    private static ProcessState state(ProcessState.Phase phase) {
        return new ProcessState("c1", phase, 42, 3 << 8, 20, 30, 0, 0);
    }
}
