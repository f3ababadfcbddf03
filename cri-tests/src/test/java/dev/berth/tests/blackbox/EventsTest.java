package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.GetEventsRequest;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.PodSandboxState;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import io.grpc.Context;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnNode
class EventsTest {
    private static final long PATIENCE = 30_000_000_000L;
    private static final int EXITS = 60;
    private static final int SUBSCRIBERS = 4;
    private static final int PODS_AT_ONCE = 10;
    private static final int EACH_AT_ONCE = 20;

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
    @Covers("feature.events")
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

    /** All of them read one fifo, so they end with it, within milliseconds; the slow subscribers read one event in 5 ms. */
    @Test
    void containersThatEndAtTheSameMomentAreSeenBySlowSubscribersToo(@TempDir Path gate) throws Exception {
        List<List<ContainerEventResponse>> seen = new ArrayList<>();
        for (int i = 0; i < 2 * SUBSCRIBERS; i++) {
            seen.add(subscribe(i < 2 ? 5 : 0));
        }
        Path fifo = gate.resolve("fifo");
        Command.mustRun("mkfifo", fifo.toString());
        Set<String> ended = new HashSet<>();
        // Open for both, the fifo makes nobody wait for a writer.
        try (RandomAccessFile _ = new RandomAccessFile(fifo.toFile(), "rw")) {
            for (int i = 0; i < PODS_AT_ONCE; i++) {
                RunningPod pod = pods.run(pods.hostNetwork("burst-" + i).build());
                for (int j = 0; j < EACH_AT_ONCE; j++) {
                    ContainerConfig.Builder waits = pods.shell(
                                    "waits-" + j, "exec 3</gate/fifo; echo reads; exec cat <&3")
                            .addMounts(Mount.newBuilder()
                                    .setHostPath(gate.toString())
                                    .setContainerPath("/gate"));
                    ended.add(pod.start(waits));
                    awaitLine(pod.logFile(waits.build()));
                }
            }
        }
        for (List<ContainerEventResponse> one : seen) {
            Set<String> missing = new HashSet<>(ended);
            long end = System.nanoTime() + PATIENCE;
            while (!missing.isEmpty()) {
                assertTrue(System.nanoTime() < end, missing.size() + " ends were not told");
                Thread.sleep(20);
                one.stream()
                        .filter(event -> event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT)
                        .forEach(event -> missing.remove(event.getContainerId()));
            }
        }
    }

    private static void awaitLine(Path log) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!Files.readString(log).endsWith("reads\n")) {
            assertTrue(System.nanoTime() < end, log + " says nothing");
            Thread.sleep(5);
        }
    }

    /** The bound is far above the usual time, which is printed: it tells events from polling. */
    @Test
    void anEndIsToldWithinMilliseconds() throws Exception {
        BlockingQueue<Long> micros = new LinkedBlockingQueue<>();
        Context.CancellableContext context = Context.current().withCancellation();
        open.add(context);
        Thread.ofPlatform().daemon().start(() -> context.run(() -> timeEnds(micros)));
        RunningPod pod = pods.run("timed");
        List<Long> took = new ArrayList<>();
        for (int i = 0; took.size() < EXITS; i++) {
            pod.start(pods.shell("short-" + i, "exit 0"));
            // The first ones may come before the subscription is in place.
            Long one = micros.poll(2, TimeUnit.SECONDS);
            if (one != null) {
                took.add(one);
            }
            assertTrue(i < 2 * EXITS, "no event came");
        }
        Collections.sort(took);
        long p99 = took.get(took.size() * 99 / 100);
        System.out.printf("end of a container -> its event: median %d us, p99 %d us%n", took.get(took.size() / 2), p99);
        assertTrue(took.get(took.size() / 2) < 100_000, took.toString());
    }

    private void timeEnds(BlockingQueue<Long> micros) {
        try {
            pods.client()
                    .runtime()
                    .getContainerEvents(GetEventsRequest.getDefaultInstance())
                    .forEachRemaining(event -> {
                        Instant now = Instant.now();
                        if (event.getContainerEventType() == ContainerEventType.CONTAINER_STOPPED_EVENT) {
                            event.getContainersStatusesList().stream()
                                    .filter(status -> status.getId().equals(event.getContainerId()))
                                    .map(status -> Instant.ofEpochSecond(0, status.getFinishedAt()))
                                    .forEach(end -> micros.add(
                                            Duration.between(end, now).toNanos() / 1_000));
                        }
                    });
        } catch (RuntimeException _) {
            // The test is over.
        }
    }

    private static boolean is(ContainerEventResponse event, String id, ContainerEventType type) {
        return event.getContainerId().equals(id) && event.getContainerEventType() == type;
    }

    /** What a new subscriber sees, once it is sure that it is one. */
    private List<ContainerEventResponse> subscribe() throws InterruptedException {
        return subscribe(0);
    }

    /** As {@link #subscribe()}, by a client that takes so long for each event. */
    private List<ContainerEventResponse> subscribe(long millisEach) throws InterruptedException {
        List<ContainerEventResponse> seen = new CopyOnWriteArrayList<>();
        Context.CancellableContext context = Context.current().withCancellation();
        open.add(context);
        Thread.ofVirtual().start(() -> context.run(() -> read(seen, millisEach)));
        long end = System.nanoTime() + PATIENCE;
        while (seen.isEmpty()) {
            assertTrue(System.nanoTime() < end, "no event came");
            pods.run("probe").close();
            Thread.sleep(5);
        }
        return seen;
    }

    private void read(List<ContainerEventResponse> seen, long millisEach) {
        Iterator<ContainerEventResponse> events =
                pods.client().runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
        try {
            events.forEachRemaining(event -> {
                LockSupport.parkNanos(millisEach * 1_000_000);
                seen.add(event);
            });
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
