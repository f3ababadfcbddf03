package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerState;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

@OnNode
class StopTest {
    private final Pods pods;

    StopTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    void aContainerThatHeedsTheSignalEndsByItself() {
        RunningPod pod = pods.run("heeds");
        String container = pod.start(pods.shell("main", "trap 'exit 5' TERM; while :; do sleep 0.05; done"));
        pod.shell(container, "sleep 0.3");
        Duration took = timed(() -> pod.stop(container, 20));
        assertTrue(took.toSeconds() < 5, took.toString());
        assertEquals(5, pod.status(container).getExitCode());
    }

    @Test
    void aContainerThatDoesNotIsKilledAfterItsGrace() {
        RunningPod pod = pods.run("stubborn");
        String container = pod.start(pods.shell("main", "trap '' TERM; while :; do sleep 0.05; done"));
        pod.shell(container, "sleep 0.3");
        Duration took = timed(() -> pod.stop(container, 2));
        assertTrue(took.toMillis() >= 1_900 && took.toMillis() < 5_000, took.toString());
        assertEquals(137, pod.status(container).getExitCode());
    }

    @Test
    void noGraceMeansAtOnce() {
        RunningPod pod = pods.run("at-once");
        String container = pod.start(pods.shell("main", "trap '' TERM; while :; do sleep 0.05; done"));
        Duration took = timed(() -> pod.stop(container, 0));
        assertTrue(took.toMillis() < 2_000, took.toString());
        assertEquals(ContainerState.CONTAINER_EXITED, pod.status(container).getState());
    }

    @Test
    void theWholeTreeOfAContainerEndsWithIt() {
        RunningPod pod = pods.run("tree");
        String container = pod.start(pods.shell("main", "sleep 98765 & sleep 98765 & exec sleep 98765"));
        pod.stop(container, 1);
        assertEquals(
                0,
                ProcessHandle.allProcesses()
                        .filter(process -> process.info().arguments().stream()
                                .flatMap(Arrays::stream)
                                .anyMatch("98765"::equals))
                        .count());
    }

    private static Duration timed(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
