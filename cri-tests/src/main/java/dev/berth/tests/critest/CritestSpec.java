package dev.berth.tests.critest;

import java.time.Duration;

/**
 * The outcome of one spec of critest.
 *
 * @param name its full text
 * @param outcome how it ended
 * @param message why it failed or was skipped, else empty
 * @param duration how long it ran
 */
public record CritestSpec(String name, Outcome outcome, String message, Duration duration) {

    /** How a spec ended. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** The spec found that something it needs is missing. */
        SKIPPED,
        /** A focus or skip expression left it out. */
        LEFT_OUT
    }
}
