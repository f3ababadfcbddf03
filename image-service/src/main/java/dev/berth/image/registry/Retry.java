package dev.berth.image.registry;

import dev.berth.image.failure.ImageFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLHandshakeException;

/**
 * How often and how soon a failed request is made again.
 *
 * @param attempts at most, the first one included
 * @param firstDelay before the second attempt; doubles with each, up to {@link #LONGEST_DELAY}
 */
record Retry(int attempts, Duration firstDelay) {
    static final Duration LONGEST_DELAY = Duration.ofSeconds(20);

    /** One attempt. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    /** Runs until an attempt succeeds; gives up with UNAVAILABLE, or with the failure itself when it is a final one. */
    <T> T run(String what, Attempt<T> attempt) {
        for (int failures = 1; ; failures++) {
            try {
                return attempt.run();
            } catch (IOException e) {
                pause(what, failures, e);
            }
        }
    }

    /** Waits before the next attempt, or throws when there is to be none. */
    void pause(String what, int failures, IOException failure) {
        if (failure instanceof InterruptedIOException || Thread.currentThread().isInterrupted()) {
            throw cancelled(what, failure);
        }
        if (failures >= attempts || failure instanceof SSLHandshakeException) {
            throw new ImageFailure(ImageFailure.Kind.UNAVAILABLE, "%s: %s".formatted(what, told(failure)), failure);
        }
        long asked = failure instanceof TransientFailure wait ? wait.waitMillis() : 0;
        long own = firstDelay.toMillis() << Math.min(failures - 1, 16);
        long millis = Math.min(LONGEST_DELAY.toMillis(), Math.max(asked, own));
        try {
            Thread.sleep(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw cancelled(what, failure);
        }
    }

    private static ImageFailure cancelled(String what, Throwable cause) {
        return new ImageFailure(ImageFailure.Kind.CANCELLED, what + ": cancelled", cause);
    }

    /** A sentence for a failure; the JDK leaves some of its own without one. */
    private static String told(Throwable failure) {
        String message = failure.getMessage();
        if (message != null) {
            return message;
        }
        return switch (failure) {
            case UnresolvedAddressException _ -> "the host name cannot be resolved";
            case ConnectException refused when refused.getCause() == null -> "the connection was refused";
            default -> failure.getCause() == null ? failure.getClass().getSimpleName() : told(failure.getCause());
        };
    }
}
