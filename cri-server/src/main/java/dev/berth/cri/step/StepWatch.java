package dev.berth.cri.step;

import java.time.Duration;

/** Sees the steps of verbs as they go: the metrics count them, a test may stop at one. */
public interface StepWatch {
    /** Called before a step is applied. */
    default void reached(String verb, String step) {}

    /** Called after a step; {@code outcome} is ok, failed or undone. */
    void took(String verb, String step, String outcome, Duration time);
}
