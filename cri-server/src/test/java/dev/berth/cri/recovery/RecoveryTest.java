package dev.berth.cri.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.container.ContainerExits;
import dev.berth.cri.container.ContainerRecovery;
import dev.berth.cri.container.Containers;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Layout;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodRecovery;
import dev.berth.cri.pod.PodShim;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.TestPlatform;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start of the daemon over what an earlier one left, with no shim alive. */
class RecoveryTest {
    @TempDir
    private Path directory;

    private final TreeSet<String> released = new TreeSet<>();
    private TestPlatform test;
    private Layout layout;
    private Pods pods;
    private Containers containers;

    @BeforeEach
    void make() {
        test = new TestPlatform(directory);
        layout = test.platform().layout();
        pods = new Pods(test.podStore());
        containers = new Containers(test.containerStore());
    }

    @Test
    void aHalfMadePodIsTakenBack() throws Exception {
        pod("p1", PodRecord.Phase.MAKING);
        test.attach("p1");
        start();
        assertTrue(pods.all().isEmpty());
        assertEquals(List.of(), pods.store().load());
        assertFalse(Files.exists(layout.podDirectory("p1")));
        assertEquals(List.of(), test.attached());
    }

    @Test
    void aPodThatLostItsShimIsStoppedAndItsContainersAreCountedAsLost() throws Exception {
        pod("p1", PodRecord.Phase.READY);
        test.attach("p1");
        container("c1", "p1", ContainerRecord.Phase.RUNNING);
        container("c2", "p1", ContainerRecord.Phase.CREATED);
        start();
        Pod pod = pods.get("p1");
        assertFalse(pod.ready());
        assertEquals(List.of(), test.attached());
        assertEquals(255, containers.get("c1").record().getExitCode());
        assertEquals(
                ContainerRecord.Phase.CREATED, containers.get("c2").record().getPhase());
        assertTrue(Files.exists(layout.podDirectory("p1")), "a stopped pod keeps its files until it is removed");
    }

    @Test
    void aPodWhosePauseProcessEndedIsNotReadyButOneThatIsBeingMadeIsNotTouched() throws Exception {
        pod("p1", PodRecord.Phase.READY);
        Pod known = new Pod(pods.store().load().getFirst());
        PodRecovery recovery = new PodRecovery(test.platform(), pods, shims());
        recovery.pauseEnded(known);
        assertTrue(known.ready(), "not listed yet");
        pods.add(known);
        recovery.pauseEnded(known);
        assertFalse(known.ready());
    }

    @Test
    void aContainerThatWasHalfMadeOrHasNoPodIsTakenBack() throws Exception {
        pod("p1", PodRecord.Phase.NOT_READY);
        container("c1", "p1", ContainerRecord.Phase.MAKING);
        container("c2", "gone", ContainerRecord.Phase.EXITED);
        container("c3", "p1", ContainerRecord.Phase.EXITED);
        start();
        assertEquals(
                List.of("c3"), containers.all().stream().map(one -> one.id()).toList());
        assertFalse(Files.exists(layout.writableLayer("c1")));
        assertFalse(Files.exists(layout.writableLayer("c2")));
        assertTrue(Files.exists(layout.writableLayer("c3")));
        assertTrue(released.containsAll(List.of("c1", "c2")), released.toString());
    }

    @Test
    void whatNoRecordOwnsIsSwept() throws Exception {
        Files.createDirectories(layout.writableLayer("left").resolve("upper"));
        Files.createDirectories(layout.podDirectory("left"));
        Files.createDirectories(layout.netns());
        Files.createFile(layout.netnsOf("left"));
        test.attach("left").attach("from-before-the-boot");
        start();
        assertFalse(Files.exists(layout.writableLayer("left")));
        assertFalse(Files.exists(layout.podDirectory("left")));
        assertFalse(Files.exists(layout.netnsOf("left")));
        assertEquals(List.of(), test.attached());
    }

    @Test
    void theNamespaceOfAnotherBerthIsLeftAlone() throws Exception {
        Files.createDirectories(layout.netns());
        Files.createFile(layout.netnsOf("foreign"));
        start();
        assertTrue(Files.exists(layout.netnsOf("foreign")));
    }

    @Test
    void aStoppedPodThatIsStillAttachedIsDetached() throws Exception {
        pod("p1", PodRecord.Phase.NOT_READY);
        test.attach("p1");
        start();
        assertEquals(List.of(), test.attached());
    }

    /** A file of no bytes is a valid message; taking back the pod that it seems to be would remove every pod's directory. */
    @Test
    void anEmptyRecordCostsNoOtherPodItsFiles() throws Exception {
        pod("p1", PodRecord.Phase.NOT_READY);
        Files.write(layout.podRecords().resolve("p2.pb"), new byte[0]);
        start();
        assertTrue(Files.exists(layout.podDirectory("p1")));
    }

    @Test
    void aSecondStartChangesNothing() throws Exception {
        pod("p1", PodRecord.Phase.READY);
        container("c1", "p1", ContainerRecord.Phase.RUNNING);
        start();
        ContainerRecord after = containers.get("c1").record();
        make();
        start();
        assertEquals(after, containers.get("c1").record());
    }

    private PodShim shims() {
        return new PodShim(test.platform(), new PodShim.Events() {
            @Override
            public void containerExited(Pod pod, ProcessExit exit) {}

            @Override
            public void shimEnded(Pod pod) {}
        });
    }

    private void start() throws InterruptedException {
        ContainerExits exits = new ContainerExits(test.platform(), containers);
        new Recovery(
                        pods,
                        containers,
                        new PodRecovery(test.platform(), pods, shims()),
                        new ContainerRecovery(test.platform(), containers, images(), exits),
                        new Sweep(test.platform(), pods, containers))
                .run(containers.store().load());
    }

    private void pod(String id, PodRecord.Phase phase) throws Exception {
        Files.createDirectories(layout.podDirectory(id));
        pods.store()
                .put(
                        id,
                        PodRecord.newBuilder()
                                .setId(id)
                                .setPhase(phase)
                                .setCgroupParent(TestPlatform.CGROUP_PARENT + "/pod-" + id)
                                .build());
    }

    private void container(String id, String pod, ContainerRecord.Phase phase) throws Exception {
        Files.createDirectories(layout.writableLayer(id).resolve("upper"));
        containers
                .store()
                .put(
                        id,
                        ContainerRecord.newBuilder()
                                .setId(id)
                                .setPodId(pod)
                                .setPhase(phase)
                                .setCgroup(TestPlatform.CGROUP_PARENT + "/berth-" + id)
                                .build());
    }

    private Images images() {
        return new Images() {
            @Override
            public Present require(String reference) {
                throw CriFailure.notFound(reference);
            }

            @Override
            public LayerStack layers(String imageId) {
                return new LayerStack(Path.of("/nowhere"), List.of());
            }

            @Override
            public byte[] file(String imageId, String path, int limit) {
                return new byte[0];
            }

            @Override
            public void hold(String container, List<String> imageIds) {}

            @Override
            public synchronized void release(String container) {
                released.add(container);
            }
        };
    }
}
