package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.v1.ContainerState;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pod of more containers than most. */
@OnNode
class CrowdedPodTest {
    private static final int CONTAINERS = 160;

    private final Pods pods;

    CrowdedPodTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    void aPodHoldsHundredsOfContainers() {
        RunningPod pod = pods.run(pods.hostNetwork("crowd").build());
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < CONTAINERS; i++) {
            ids.add(pod.start(pods.container("c" + i, "/bin/sleep", "3600")));
        }
        assertEquals(CONTAINERS, ids.stream().distinct().count());
        assertEquals(ContainerState.CONTAINER_RUNNING, pod.status(ids.getLast()).getState());
        assertEquals("c", pod.shell(ids.getFirst(), "printf c"));
        pod.stop();
        for (String id : ids) {
            assertEquals(ContainerState.CONTAINER_EXITED, pod.status(id).getState());
        }
        pod.remove();
    }
}
