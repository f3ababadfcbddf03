package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a failure says, for tests. */
public final class Sentence {
    private Sentence() {}

    /** Holds that the message of a failure contains a piece of text. */
    public static void assertSays(String expected, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains(expected), message);
    }
}
