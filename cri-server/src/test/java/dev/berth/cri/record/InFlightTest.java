package dev.berth.cri.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InFlightTest {
    private final InFlight<String, Integer> inFlight = new InFlight<>();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void endCallers() {
        release.countDown();
        callers.shutdownNow();
    }

    @Test
    void tenCallsAtOnceRunOnceAndShareTheResult() throws Exception {
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(callers.submit(() -> inFlight.join("pod", this::slow)));
        }
        started.await();
        awaitWaiting(10);
        release.countDown();
        for (Future<Integer> answer : answers) {
            assertEquals(1, answer.get(10, TimeUnit.SECONDS));
        }
        assertEquals(1, runs.get());
    }

    @Test
    void otherKeysRunOnTheirOwn() throws Exception {
        Future<Integer> slow = callers.submit(() -> inFlight.join("pod", this::slow));
        started.await();
        assertEquals(7, inFlight.join("other", () -> 7));
        assertFalse(slow.isDone());
    }

    @Test
    void aCallAfterTheEndRunsAgain() throws Exception {
        assertEquals(1, inFlight.join("pod", runs::incrementAndGet));
        assertEquals(2, inFlight.join("pod", runs::incrementAndGet));
    }

    @Test
    void aCallerThatIsInterruptedAbandonsItsWaitAndNothingElse() throws Exception {
        Future<Integer> leaving = callers.submit(() -> inFlight.join("pod", this::slow));
        started.await();
        Future<Integer> staying = callers.submit(() -> inFlight.join("pod", this::slow));
        awaitWaiting(2);
        leaving.cancel(true);
        release.countDown();
        assertEquals(1, staying.get(10, TimeUnit.SECONDS));
        assertEquals(1, runs.get());
    }

    @Test
    void aFailureReachesEveryCallerAsItIsAndFreesTheKey() throws Exception {
        IllegalStateException failure = new IllegalStateException("no");
        Future<Integer> first = callers.submit(() -> inFlight.join("pod", () -> {
            started.countDown();
            release.await();
            throw failure;
        }));
        started.await();
        Future<Integer> second = callers.submit(() -> inFlight.join("pod", this::slow));
        awaitWaiting(2);
        release.countDown();
        assertSame(failure, assertThrows(ExecutionException.class, first::get).getCause());
        assertSame(failure, assertThrows(ExecutionException.class, second::get).getCause());
        assertEquals(7, inFlight.join("pod", () -> 7));
    }

    private int slow() throws InterruptedException {
        int run = runs.incrementAndGet();
        started.countDown();
        release.await();
        return run;
    }

    /** Until so many threads of this test wait in {@link InFlight}. */
    private static void awaitWaiting(int count) throws InterruptedException {
        while (waiting() < count) {
            Thread.sleep(2);
        }
        assertTrue(waiting() >= count);
    }

    private static long waiting() {
        Set<Thread.State> waits = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> waits.contains(thread.getKey().getState()))
                .filter(thread -> List.of(thread.getValue()).stream()
                        .anyMatch(frame -> frame.getClassName().equals(InFlight.class.getName())))
                .count();
    }
}
