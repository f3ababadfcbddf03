package dev.berth.cri.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.Containers;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.pod.Changes;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.TestPlatform;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.GetEventsRequest;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of real pods and containers, as subscribers see them. */
class ContainerEventsTest {
    private static final int EXITS = 1_000;
    private static final int SUBSCRIBERS = 8;
    private static final int SLOW = 2;
    private static final long PATIENCE = 60_000_000_000L;

    @TempDir
    private Path directory;

    private final Subscribers subscribers = new Subscribers(() -> 7);
    private final List<Thread> readers = new ArrayList<>();
    private Pods pods;
    private Containers containers;
    private Pod pod;

    @BeforeEach
    void make() {
        TestPlatform test = new TestPlatform(directory);
        Changes changes = new Changes();
        changes.listen(subscribers::changed);
        pods = new Pods(test.podStore(), changes);
        containers = new Containers(test.containerStore(), changes);
        pod = new Pod(PodRecord.newBuilder()
                .setId("p1")
                .setPhase(PodRecord.Phase.READY)
                .build());
        pods.add(pod);
    }

    @AfterEach
    void end() throws InterruptedException {
        readers.forEach(Thread::interrupt);
        for (Thread reader : readers) {
            reader.join();
        }
    }

    @Test
    void everyOneOfAThousandExitsIsSeenByEightSubscribersOfWhichTwoAreSlow() throws Exception {
        List<Map<String, Integer>> seen = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            seen.add(subscribe(i < SLOW ? 2_000_000 : 0));
        }
        for (int i = 0; i < EXITS; i++) {
            live("c" + i, i % 256);
        }
        long end = System.nanoTime() + PATIENCE;
        while (seen.stream().anyMatch(codes -> codes.size() < EXITS)) {
            assertTrue(
                    System.nanoTime() < end,
                    seen.stream().map(Map::size).toList().toString());
            Thread.sleep(5);
        }
        for (Map<String, Integer> codes : seen) {
            for (int i = 0; i < EXITS; i++) {
                assertEquals(i % 256, codes.get("c" + i));
            }
        }
    }

    @Test
    void anEventHoldsTheStatusesOfItsMoment() throws Exception {
        EventQueue queue = subscribers.subscribe();
        Container container = create("c1");
        phase(container, ContainerRecord.Phase.RUNNING, 0);
        ContainerEventResponse started = queue.take();
        phase(container, ContainerRecord.Phase.EXITED, 3);
        assertEquals(ContainerEventType.CONTAINER_STARTED_EVENT, started.getContainerEventType());
        assertEquals(
                ContainerState.CONTAINER_RUNNING,
                started.getContainersStatuses(0).getState());
        assertEquals("p1", started.getPodSandboxStatus().getId());
        assertEquals(8, started.getCreatedAt(), "times never repeat");
        ContainerEventResponse stopped = queue.take();
        assertEquals(3, stopped.getContainersStatuses(0).getExitCode());
        containers.remove(container);
        ContainerEventResponse deleted = queue.take();
        assertEquals(ContainerEventType.CONTAINER_DELETED_EVENT, deleted.getContainerEventType());
        assertEquals(0, deleted.getContainersStatusesCount());
    }

    /** The kubelet overwrites what it knows of a pod by the event with the latest time. */
    @Test
    void ofTwoEventsTheLaterShowsTheLaterState() throws Exception {
        EventQueue queue = subscribers.subscribe();
        List<Thread> changing = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            String name = "c" + i + "-";
            changing.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 50; j++) {
                    end(create(name + j), 0);
                }
            }));
        }
        for (Thread thread : changing) {
            thread.join();
        }
        long time = 0;
        long exited = 0;
        while (queue.size() > 0) {
            ContainerEventResponse event = queue.take();
            assertTrue(event.getCreatedAt() > time);
            time = event.getCreatedAt();
            long now = event.getContainersStatusesList().stream()
                    .filter(status -> status.getState() == ContainerState.CONTAINER_EXITED)
                    .count();
            assertTrue(now >= exited, "%d containers had exited, then %d".formatted(exited, now));
            exited = now;
        }
        assertEquals(50 * SUBSCRIBERS, exited);
    }

    @Test
    void subscribersAreBounded() {
        for (int i = 0; i < Subscribers.MOST; i++) {
            subscribers.subscribe();
        }
        CriFailure failure = assertThrows(CriFailure.class, subscribers::subscribe);
        assertEquals(CriFailure.Kind.EXHAUSTED, failure.kind());
    }

    /** Exit codes by container, as a subscriber that takes so long for each event sees them. */
    private Map<String, Integer> subscribe(long nanosEach) throws InterruptedException {
        Map<String, Integer> codes = new ConcurrentHashMap<>();
        int before = subscribers.count();
        readers.add(Thread.ofVirtual().start(() -> read(codes, nanosEach)));
        while (subscribers.count() == before) {
            Thread.sleep(1);
        }
        return codes;
    }

    private void read(Map<String, Integer> codes, long nanosEach) {
        try {
            new ContainerEvents(subscribers).call(GetEventsRequest.getDefaultInstance(), event -> {
                LockSupport.parkNanos(nanosEach);
                if (event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT) {
                    codes.put(
                            event.getContainerId(),
                            event.getContainersStatuses(0).getExitCode());
                }
            });
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void live(String id, int exitCode) {
        Container container = create(id);
        end(container, exitCode);
        containers.remove(container);
    }

    private void end(Container container, int exitCode) {
        phase(container, ContainerRecord.Phase.STARTING, 0);
        phase(container, ContainerRecord.Phase.RUNNING, 0);
        phase(container, ContainerRecord.Phase.EXITED, exitCode);
    }

    private Container create(String id) {
        Container container = new Container(
                pod,
                ContainerRecord.newBuilder()
                        .setId(id)
                        .setPhase(ContainerRecord.Phase.CREATED)
                        .build());
        containers.add(container);
        return container;
    }

    private void phase(Container container, ContainerRecord.Phase phase, int exitCode) {
        containers.update(
                container,
                container.record().toBuilder()
                        .setPhase(phase)
                        .setExitCode(exitCode)
                        .build());
    }
}
