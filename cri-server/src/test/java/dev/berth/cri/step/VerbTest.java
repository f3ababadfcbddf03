package dev.berth.cri.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VerbTest {
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final StepWatch watch = new StepWatch() {
        @Override
        public void reached(String verb, String step) {
            seen.add("%s/%s reached".formatted(verb, step));
        }

        @Override
        public void took(String verb, String step, String outcome, Duration time) {
            assertFalse(time.isNegative());
            seen.add("%s/%s %s".formatted(verb, step, outcome));
        }
    };

    @Test
    void stepsRunInOrderAndEachIsSeen() throws Exception {
        Verb<String> verb = Verb.of("Make", step("a"), step("b"));
        verb.run("pod", watch);
        assertEquals(List.of("a pod", "b pod"), done);
        assertEquals(List.of("Make/a reached", "Make/a ok", "Make/b reached", "Make/b ok"), seen);
        assertEquals(List.of("a", "b"), verb.stepNames());
    }

    @Test
    void aFailureUndoesTheFailedStepAndAllBeforeItInReverse() {
        IllegalStateException failure = new IllegalStateException("b is broken");
        Verb<String> verb = Verb.of("Make", step("a"), failing("b", failure), step("c"));
        assertSame(failure, assertThrows(IllegalStateException.class, () -> verb.run("pod", watch)));
        assertEquals(List.of("a pod", "undo b", "undo a"), done);
        assertEquals(
                List.of(
                        "Make/a reached",
                        "Make/a ok",
                        "Make/b reached",
                        "Make/b failed",
                        "Make/b undone",
                        "Make/a undone"),
                seen);
    }

    @Test
    void aStepAlongsideRunsAtTheSameTime() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        Step.Action<String> meets = _ -> {
            both.countDown();
            assertTrue(both.await(10, TimeUnit.SECONDS));
        };
        Verb<String> verb =
                Verb.of("Make", Step.of("a", meets), Step.of("b", meets).alongsideThat(), step("c"));
        verb.run("pod", watch);
        assertEquals(List.of("c pod"), done);
        assertEquals(List.of("a", "b", "c"), verb.stepNames());
    }

    @Test
    void aFailureWaitsForTheStepsAlongsideAndUndoesThemToo() {
        IllegalStateException failure = new IllegalStateException("b is broken");
        CountDownLatch failed = new CountDownLatch(1);
        Step<String> slow = Step.of(
                "c",
                _ -> {
                    assertTrue(failed.await(10, TimeUnit.SECONDS));
                    Thread.sleep(50);
                    done.add("c pod");
                },
                _ -> done.add("undo c"));
        Step<String> broken = Step.of(
                "b",
                _ -> {
                    failed.countDown();
                    throw failure;
                },
                _ -> done.add("undo b"));
        Verb<String> verb = Verb.of("Make", step("a"), broken, slow.alongsideThat(), step("d"));
        assertSame(failure, assertThrows(IllegalStateException.class, () -> verb.run("pod", watch)));
        assertEquals(List.of("a pod", "c pod", "undo c", "undo b", "undo a"), done);
    }

    @Test
    void theFirstOfTwoFailuresAtTheSameTimeCarriesTheOther() {
        IllegalStateException first = new IllegalStateException("a is broken");
        IllegalStateException second = new IllegalStateException("b is broken");
        Verb<String> verb =
                Verb.of("Make", failing("a", first), failing("b", second).alongsideThat());
        assertSame(first, assertThrows(IllegalStateException.class, () -> verb.run("pod", watch)));
        assertEquals(List.of(second), Arrays.asList(first.getSuppressed()));
    }

    @Test
    void anInterruptReachesTheStepsAlongside() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        Step<String> sleeping = Step.of(
                "b",
                _ -> {
                    waiting.countDown();
                    Thread.sleep(60_000);
                },
                _ -> done.add("undo b"));
        Verb<String> verb = Verb.of("Make", step("a"), sleeping.alongsideThat());
        Thread caller =
                Thread.ofVirtual().start(() -> assertThrows(InterruptedException.class, () -> verb.run("pod", watch)));
        assertTrue(waiting.await(10, TimeUnit.SECONDS));
        caller.interrupt();
        assertTrue(caller.join(Duration.ofSeconds(10)));
        assertEquals(List.of("a pod", "undo b", "undo a"), done);
    }

    @Test
    void failuresOfUndoAreSuppressedAndStopNothing() {
        Step<String> stubborn = Step.of("a", _ -> {}, _ -> {
            throw new IllegalArgumentException("a stays");
        });
        Verb<String> verb = Verb.of("Make", step("first"), stubborn, failing("b", new IllegalStateException("broken")));
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> verb.run("pod", watch));
        assertEquals(
                List.of("a stays"),
                Arrays.stream(failure.getSuppressed())
                        .map(Throwable::getMessage)
                        .toList());
        assertEquals(List.of("first pod", "undo b", "undo first"), done);
    }

    @Test
    void anInterruptedStepIsUndoneWithoutTheInterrupt() {
        Verb<String> verb = Verb.of(
                "Make",
                Step.of(
                        "a",
                        done::add,
                        _ -> done.add("interrupted: " + Thread.currentThread().isInterrupted())),
                Step.of("b", _ -> {
                    throw new InterruptedException();
                }));
        assertThrows(InterruptedException.class, () -> verb.run("pod", watch));
        assertEquals(List.of("pod", "interrupted: false"), done);
    }

    @Test
    void anInterruptThatIsPendingDoesNotStopTheUndoAndIsKept() {
        Verb<String> verb = Verb.of(
                "Make",
                Step.of("a", _ -> {}, _ -> Thread.sleep(1)),
                Step.of("b", _ -> {}, _ -> done.add("undo b")),
                Step.of("c", _ -> {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("broken");
                }));
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> verb.run("pod", watch));
        assertEquals(0, failure.getSuppressed().length);
        assertTrue(Thread.interrupted(), "the interrupt is kept for the caller");
        assertEquals(List.of("undo b"), done);
    }

    @Test
    void anUndoThatIsInterruptedIsFollowedByTheOthers() {
        Verb<String> verb = Verb.of(
                "Make",
                step("a"),
                Step.of("b", _ -> {}, _ -> {
                    throw new InterruptedException();
                }),
                failing("c", new IllegalStateException("broken")));
        assertThrows(IllegalStateException.class, () -> verb.run("pod", watch));
        assertTrue(Thread.interrupted());
        assertEquals(List.of("a pod", "undo c", "undo a"), done);
    }

    @Test
    void whatACrashLeftIsUndoneAsAWhole() throws Exception {
        Verb.of("Make", step("a"), step("b")).undo("pod", watch);
        assertEquals(List.of("undo b", "undo a"), done);
    }

    @Test
    void anUndoOfACrashThatFailsSaysWhatIsLeft() {
        Verb<String> verb = Verb.of("Make", step("a"), Step.of("b", _ -> {}, _ -> {
            throw new IllegalArgumentException("b stays");
        }));
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> verb.undo("pod", watch));
        assertEquals("Make could not be undone", failure.getMessage());
        assertEquals("b stays", failure.getSuppressed()[0].getMessage());
        assertEquals(List.of("undo a"), done);
    }

    @Test
    void aTestCanStopAVerbBeforeAnyStep() {
        StepWatch stopping = new StepWatch() {
            @Override
            public void reached(String verb, String step) {
                if (step.equals("b")) {
                    throw new IllegalStateException("stopped at b");
                }
            }

            @Override
            public void took(String verb, String step, String outcome, Duration time) {}
        };
        Verb<String> verb = Verb.of("Make", step("a"), step("b"));
        assertThrows(IllegalStateException.class, () -> verb.run("pod", stopping));
        assertEquals(List.of("a pod", "undo b", "undo a"), done);
    }

    private Step<String> step(String name) {
        return Step.of(name, context -> done.add(name + " " + context), _ -> done.add("undo " + name));
    }

    private Step<String> failing(String name, RuntimeException failure) {
        return Step.of(
                name,
                _ -> {
                    throw failure;
                },
                _ -> done.add("undo " + name));
    }
}
