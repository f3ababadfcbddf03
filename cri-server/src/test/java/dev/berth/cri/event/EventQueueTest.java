package dev.berth.cri.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ContainerEventResponse;
import dev.berth.cri.v1.ContainerEventType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private static final ContainerEventType CREATED = ContainerEventType.CONTAINER_CREATED_EVENT;
    private static final ContainerEventType STARTED = ContainerEventType.CONTAINER_STARTED_EVENT;
    private static final ContainerEventType STOPPED = ContainerEventType.CONTAINER_STOPPED_EVENT;
    private static final ContainerEventType DELETED = ContainerEventType.CONTAINER_DELETED_EVENT;

    @Test
    void eventsComeInTheOrderInWhichTheyHappened() throws Exception {
        EventQueue queue = new EventQueue(10);
        queue.offer(event("a", CREATED));
        queue.offer(event("b", STARTED));
        assertEquals(List.of("a CREATED", "b STARTED"), drain(queue));
    }

    @Test
    void theNewestStateReplacesOlderOnesThatNobodyRead() throws Exception {
        EventQueue queue = new EventQueue(10);
        queue.offer(event("a", CREATED));
        queue.offer(event("b", CREATED));
        queue.offer(event("a", STARTED));
        assertEquals(List.of("b CREATED", "a STARTED"), drain(queue));
    }

    @Test
    void anEndIsNeverCoalescedAway() throws Exception {
        EventQueue queue = new EventQueue(10);
        queue.offer(event("a", STARTED));
        queue.offer(event("a", STOPPED));
        queue.offer(event("a", DELETED));
        assertEquals(List.of("a STOPPED", "a DELETED"), drain(queue));
    }

    @Test
    void aFullQueueKeepsOfWhatIsRemovedTheRemovalAlone() throws Exception {
        EventQueue queue = new EventQueue(3);
        queue.offer(event("known", STOPPED));
        queue.offer(event("known", DELETED));
        queue.offer(event("b", STARTED));
        queue.offer(event("c", STARTED));
        assertEquals(List.of("known DELETED", "b STARTED", "c STARTED"), drain(queue));
    }

    @Test
    void whatCameAndWentWhileNobodyReadFillsNoQueue() throws Exception {
        EventQueue queue = new EventQueue(10);
        queue.offer(event("there", STARTED));
        for (int i = 0; i < 10_000; i++) {
            for (ContainerEventType type : List.of(CREATED, STARTED, STOPPED, DELETED)) {
                queue.offer(event("c" + i, type));
            }
        }
        List<String> seen = drain(queue);
        assertEquals("there STARTED", seen.getFirst());
        assertTrue(seen.size() <= 10, seen.toString());
    }

    @Test
    void whoeverHeardOfAContainerHearsOfItsRemoval() throws Exception {
        EventQueue queue = new EventQueue(3);
        queue.offer(event("a", CREATED));
        queue.offer(event("a", STOPPED));
        assertEquals("a", queue.take().getContainerId());
        queue.offer(event("a", DELETED));
        queue.offer(event("b", STARTED));
        queue.offer(event("c", CREATED));
        queue.offer(event("c", DELETED));
        queue.offer(event("d", STARTED));
        assertEquals(List.of("a DELETED", "b STARTED", "d STARTED"), drain(queue));
    }

    @Test
    void aFullQueueLetsGoOfWhatItHoldsAndSaysSo() {
        EventQueue queue = new EventQueue(2);
        for (String id : List.of("a", "b", "c", "d")) {
            queue.offer(event(id, STOPPED));
        }
        assertEquals(0, queue.size());
        CriFailure failure = assertThrows(CriFailure.class, queue::take);
        assertEquals(CriFailure.Kind.EXHAUSTED, failure.kind());
    }

    private static List<String> drain(EventQueue queue) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        while (queue.size() > 0) {
            ContainerEventResponse event = queue.take();
            String type = event.getContainerEventType().name();
            seen.add(event.getContainerId() + " "
                    + type.substring("CONTAINER_".length(), type.length() - "_EVENT".length()));
        }
        return seen;
    }

    private static ContainerEventResponse event(String id, ContainerEventType type) {
        return ContainerEventResponse.newBuilder()
                .setContainerId(id)
                .setContainerEventType(type)
                .build();
    }
}
