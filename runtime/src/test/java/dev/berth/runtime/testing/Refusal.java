package dev.berth.runtime.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Asserts that bad input is refused with a sentence that says the right thing. */
public final class Refusal {
    private Refusal() {}

    /** Fails unless {@code parse} throws IllegalArgumentException with {@code expected} somewhere in its sentence. */
    public static void assertRefused(String expected, Executable parse) {
        IllegalArgumentException failure = assertThrows(IllegalArgumentException.class, parse);
        String sentence = String.valueOf(failure.getMessage());
        assertTrue(sentence.contains(expected), () -> "no \"%s\" in: %s".formatted(expected, sentence));
    }
}
