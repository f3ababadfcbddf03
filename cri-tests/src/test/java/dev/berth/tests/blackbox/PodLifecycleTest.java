package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.ListPodSandboxRequest;
import dev.berth.cri.v1.PodSandbox;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.PodSandboxFilter;
import dev.berth.cri.v1.PodSandboxState;
import dev.berth.cri.v1.PodSandboxStatus;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@OnNode
class PodLifecycleTest {
    private final Pods pods;

    PodLifecycleTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("pod.run")
    void aPodIsReadyOnceItIsRunAndHasAnAddress() {
        RunningPod pod = pods.run("ready");
        PodSandboxStatus status = pod.status();
        assertEquals(PodSandboxState.SANDBOX_READY, status.getState());
        assertTrue(status.getNetwork().getIp().startsWith("10."), status.toString());
        assertTrue(status.getCreatedAt() > 0);
        assertEquals(PodSandboxState.SANDBOX_READY, listed(pod).getState());
    }

    @Test
    @Covers("pod.attributes")
    void aPodKeepsItsLabelsAnnotationsAndMetadata() {
        PodSandboxConfig config = pods.config("kept")
                .putLabels("app", "harbour")
                .putAnnotations("note", "kept")
                .build();
        RunningPod pod = pods.run(config);
        PodSandboxStatus status = pod.status();
        assertEquals(config.getMetadata(), status.getMetadata());
        assertEquals(config.getLabelsMap(), status.getLabelsMap());
        assertEquals(config.getAnnotationsMap(), status.getAnnotationsMap());
        PodSandbox listed = listed(pod);
        assertEquals(config.getMetadata(), listed.getMetadata());
        assertEquals(config.getLabelsMap(), listed.getLabelsMap());
        assertEquals(config.getAnnotationsMap(), listed.getAnnotationsMap());
    }

    @Test
    @Covers("pod.stop")
    void aStoppedPodIsNotReadyAndItsContainersHaveEnded() {
        RunningPod pod = pods.run("stopped");
        String container = pod.start(pods.idle("main"));
        pod.stop();
        assertEquals(PodSandboxState.SANDBOX_NOTREADY, pod.status().getState());
        assertEquals(ContainerState.CONTAINER_EXITED, pod.status(container).getState());
    }

    @Test
    @Covers("pod.remove")
    void aRemovedPodIsListedNoMore() {
        RunningPod pod = pods.run("removed");
        pod.start(pods.idle("main"));
        pod.close();
        assertFalse(pods.list().stream().anyMatch(it -> it.getId().equals(pod.id())));
    }

    @Test
    void removingAPodThatRunsRemovesItsContainers() {
        RunningPod pod = pods.run("running");
        pod.start(pods.idle("main"));
        pod.remove();
        assertFalse(pods.list().stream().anyMatch(it -> it.getId().equals(pod.id())));
    }

    @Test
    @Covers({"stop-pod.twice", "stop-container.twice"})
    void stopAndRemoveMayBeRepeated() {
        RunningPod pod = pods.run("twice");
        String container = pod.start(pods.idle("main"));
        pod.stop(container, 1);
        pod.stop(container, 1);
        pod.remove(container);
        pod.remove(container);
        pod.stop();
        assertEquals(PodSandboxState.SANDBOX_NOTREADY, pod.status().getState());
        pod.stop();
        assertEquals(PodSandboxState.SANDBOX_NOTREADY, pod.status().getState());
        pod.remove();
        pod.close();
    }

    @Test
    @Covers("feature.same-request")
    @OnlyBerth("CRI lets a server refuse the same request")
    void tenIdenticalCallsAtOnceMakeOnePod() throws Exception {
        PodSandboxConfig config = pods.config("once").build();
        List<Callable<String>> calls =
                Collections.nCopies(10, () -> pods.run(config).id());
        Set<String> ids = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> id : threads.invokeAll(calls)) {
                ids.add(id.get());
            }
        }
        assertEquals(1, ids.size(), ids.toString());
        assertEquals(
                1,
                pods.list().stream()
                        .filter(it -> it.getMetadata().equals(config.getMetadata()))
                        .count());
    }

    @Test
    void aContainerReportsItsTimesAndItsExitCode() throws Exception {
        RunningPod pod = pods.run("exit");
        ContainerStatus status = pod.awaitExit(pod.start(pods.shell("main", "exit 7")));
        assertEquals(7, status.getExitCode());
        assertEquals("Error", status.getReason());
        assertTrue(status.getCreatedAt() <= status.getStartedAt(), status.toString());
        assertTrue(status.getStartedAt() <= status.getFinishedAt(), status.toString());
    }

    @Test
    void aContainerThatEndsWellIsCompleted() throws Exception {
        RunningPod pod = pods.run("completed");
        ContainerStatus status = pod.awaitExit(pod.start(pods.container("main", "/bin/true")));
        assertEquals(0, status.getExitCode());
        assertEquals("Completed", status.getReason());
    }

    /** The one that a list filtered by its id has. */
    private PodSandbox listed(RunningPod pod) {
        List<PodSandbox> found = pods.client()
                .runtime()
                .listPodSandbox(ListPodSandboxRequest.newBuilder()
                        .setFilter(PodSandboxFilter.newBuilder().setId(pod.id()))
                        .build())
                .getItemsList();
        assertEquals(1, found.size(), found.toString());
        return found.getFirst();
    }
}
