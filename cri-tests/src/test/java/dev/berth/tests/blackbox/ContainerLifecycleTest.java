package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Container;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerFilter;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.cri.v1.RemoveContainerRequest;
import dev.berth.cri.v1.StopContainerRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@OnNode
class ContainerLifecycleTest {
    private final Pods pods;

    ContainerLifecycleTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("container.create")
    void aContainerIsListedOnceItIsCreated() {
        RunningPod pod = pod();
        String container = pod.create(pods.idle("main").build());
        assertEquals(
                ContainerState.CONTAINER_CREATED, listed(container).getFirst().getState());
        assertEquals(pod.id(), listed(container).getFirst().getPodSandboxId());
    }

    @Test
    @Covers("container.attributes")
    void aContainerKeepsItsMetadataLabelsAndAnnotations() {
        ContainerConfig.Builder config =
                pods.idle("kept").putLabels("app", "harbour").putAnnotations("note", "kept");
        config.getMetadataBuilder().setAttempt(2);
        RunningPod pod = pod();
        String id = pod.create(config.build());
        ContainerStatus status = pod.status(id);
        assertEquals(config.getMetadata(), status.getMetadata());
        assertEquals(config.getLabelsMap(), status.getLabelsMap());
        assertEquals(config.getAnnotationsMap(), status.getAnnotationsMap());
        List<Container> all = listed(id);
        assertEquals(1, all.size(), all.toString());
        assertEquals(config.getMetadata(), all.getFirst().getMetadata());
        assertEquals(config.getLabelsMap(), all.getFirst().getLabelsMap());
        assertEquals(config.getAnnotationsMap(), all.getFirst().getAnnotationsMap());
    }

    @Test
    @Covers({"container.start", "container.stop"})
    void aContainerRunsOnceItIsStartedAndHasEndedOnceItIsStopped() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        assertEquals(ContainerState.CONTAINER_RUNNING, pod.status(container).getState());
        long begin = System.nanoTime();
        pod.stop(container, 60);
        assertTrue(System.nanoTime() - begin < 30_000_000_000L, "It was waited for although it heeds the signal");
        assertEquals(ContainerState.CONTAINER_EXITED, pod.status(container).getState());
    }

    @Test
    @Covers({"container.remove-created", "container.remove-running", "container.remove-stopped"})
    void aContainerIsRemovedInWhateverStateItIs() {
        RunningPod pod = pod();
        String created = pod.create(pods.idle("created").build());
        String running = pod.start(pods.idle("running"));
        String stopped = pod.start(pods.idle("stopped"));
        pod.stop(stopped, 10);
        for (String container : List.of(created, running, stopped)) {
            pod.remove(container);
            assertEquals(List.of(), listed(container));
        }
    }

    @Test
    @Covers({"stop-container.unknown", "remove-container.unknown"})
    void anUnknownContainerIsStoppedAndRemovedAlready() {
        String nobody = UUID.randomUUID().toString();
        pods.client()
                .runtime()
                .stopContainer(
                        StopContainerRequest.newBuilder().setContainerId(nobody).build());
        pods.client()
                .runtime()
                .removeContainer(RemoveContainerRequest.newBuilder()
                        .setContainerId(nobody)
                        .build());
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("lifecycle").build());
    }

    private List<Container> listed(String id) {
        return pods.client()
                .runtime()
                .listContainers(ListContainersRequest.newBuilder()
                        .setFilter(ContainerFilter.newBuilder().setId(id))
                        .build())
                .getContainersList();
    }
}
