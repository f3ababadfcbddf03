package dev.berth.image.registry;

import java.io.IOException;

/** A server's answer that another try may change. */
final class TransientFailure extends IOException {
    private final String retryAfter;

    /** @param retryAfter the header's value in seconds; empty when there was none */
    TransientFailure(String sentence, String retryAfter) {
        super(sentence);
        this.retryAfter = retryAfter;
    }

    /** Milliseconds that the server wants us to wait, 0 when it did not say. */
    long waitMillis() {
        return retryAfter.matches("[0-9]{1,6}") ? Long.parseLong(retryAfter) * 1000 : 0;
    }
}
