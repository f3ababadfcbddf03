package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.tests.node.TestNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;
import org.junit.jupiter.api.function.Executable;

/** The assertion that a call is refused, by Berth with a code and a sentence. */
final class Refusal {
    private Refusal() {}

    /**
     * The call fails. CRI says neither how nor in which words, so only of Berth it is asked that the code is this one and that the
     * message is a sentence that holds each of these words.
     */
    static void assertRefused(Status.Code code, Executable call, String... words) {
        StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, call);
        if (!TestNode.startsBerth()) {
            return;
        }
        String message = String.valueOf(failure.getStatus().getDescription());
        assertEquals(code, failure.getStatus().getCode(), message);
        assertTrue(message.contains(" "), "'%s' is not a sentence".formatted(message));
        for (String word : words) {
            assertTrue(
                    message.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT)),
                    "'%s' does not say '%s'".formatted(message, word));
        }
    }
}
