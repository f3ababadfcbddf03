package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.GetEventsRequest;
import dev.berth.cri.v1.PodSandboxState;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OnNode
class EventsTest {
    private static final long PATIENCE = 30_000_000_000L;
    private static final int EXITS = 60;
    private static final int SUBSCRIBERS = 4;

    private final Pods pods;
    private final List<Context.CancellableContext> open = new ArrayList<>();

    EventsTest(TestNode node) {
        pods = node.pods();
    }

    @AfterEach
    void unsubscribe() {
        open.forEach(context -> context.cancel(null));
    }

    @Test
    void theLifeOfAContainerIsToldStepByStepWithItsStatusInside() throws Exception {
        List<ContainerEventResponse> seen = subscribe();
        RunningPod pod = pods.run("life");
        String container = pod.start(pods.shell("main", "exit 7"));
        pod.awaitExit(container);
        ContainerEventResponse stopped =
                await(seen, event -> is(event, container, ContainerEventType.CONTAINER_STOPPED_EVENT));
        assertEquals(7, stopped.getContainersStatuses(0).getExitCode());
        assertEquals(
                ContainerState.CONTAINER_EXITED,
                stopped.getContainersStatuses(0).getState());
        assertEquals(pod.id(), stopped.getPodSandboxStatus().getId());
        assertTrue(stopped.getCreatedAt() >= stopped.getContainersStatuses(0).getFinishedAt());
        pod.remove(container);
        await(seen, event -> is(event, container, ContainerEventType.CONTAINER_DELETED_EVENT));
        pod.close();
        ContainerEventResponse down =
                await(seen, event -> is(event, pod.id(), ContainerEventType.CONTAINER_STOPPED_EVENT));
        assertEquals(
                PodSandboxState.SANDBOX_NOTREADY, down.getPodSandboxStatus().getState());
        await(seen, event -> is(event, pod.id(), ContainerEventType.CONTAINER_DELETED_EVENT));
    }

    @Test
    void everyExitIsSeenByEverySubscriber() throws Exception {
        List<List<ContainerEventResponse>> seen = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            seen.add(subscribe());
        }
        RunningPod pod = pods.run("exits");
        List<String> ended = new ArrayList<>();
        for (int i = 0; i < EXITS; i++) {
            ended.add(pod.start(pods.shell("short-" + i, "exit " + i)));
        }
        for (List<ContainerEventResponse> one : seen) {
            for (int i = 0; i < EXITS; i++) {
                String id = ended.get(i);
                ContainerEventResponse event = await(one, it -> is(it, id, ContainerEventType.CONTAINER_STOPPED_EVENT));
                assertEquals(
                        i,
                        event.getContainersStatusesList().stream()
                                .filter(status -> status.getId().equals(id))
                                .findFirst()
                                .orElseThrow()
                                .getExitCode());
            }
        }
    }

    private static boolean is(ContainerEventResponse event, String id, ContainerEventType type) {
        return event.getContainerId().equals(id) && event.getContainerEventType() == type;
    }

    /** What a new subscriber sees, once it is sure that it is one. */
    private List<ContainerEventResponse> subscribe() throws InterruptedException {
        List<ContainerEventResponse> seen = new CopyOnWriteArrayList<>();
        Context.CancellableContext context = Context.current().withCancellation();
        open.add(context);
        Thread.ofVirtual().start(() -> context.run(() -> read(seen)));
        long end = System.nanoTime() + PATIENCE;
        while (seen.isEmpty()) {
            assertTrue(System.nanoTime() < end, "no event came");
            pods.run("probe").close();
            Thread.sleep(5);
        }
        return seen;
    }

    private void read(List<ContainerEventResponse> seen) {
        Iterator<ContainerEventResponse> events =
                pods.client().runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
        try {
            events.forEachRemaining(seen::add);
        } catch (RuntimeException _) {
            // The test is over.
        }
    }

    private static ContainerEventResponse await(
            List<ContainerEventResponse> seen, Predicate<ContainerEventResponse> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        while (true) {
            for (ContainerEventResponse event : seen) {
                if (wanted.test(event)) {
                    return event;
                }
            }
            assertTrue(System.nanoTime() < end, "the event did not come");
            Thread.sleep(5);
        }
    }
}
