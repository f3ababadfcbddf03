package dev.berth.cri.streaming.token;

import dev.berth.cri.failure.CriFailure;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Tokens that were given out and not used. Each opens one session of one verb, within a minute. Thread-safe. */
public final class Tokens {
    /** How long a token is good. */
    public static final Duration LIFE = Duration.ofSeconds(60);

    /** How many may wait for their use. */
    public static final int MOST = 1000;

    private static final int RANDOM_BYTES = 24;

    private record Entry(Grant grant, long until) {}

    private final Map<String, Entry> waiting = new HashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;

    /** {@code nanos} is a clock like {@link System#nanoTime}. */
    public Tokens(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Gives out a token of 192 random bits in letters that need no quoting in a URL.
     *
     * @throws CriFailure of kind EXHAUSTED when too many wait for their use
     */
    public synchronized String issue(Grant grant) {
        long now = nanos.getAsLong();
        if (waiting.size() >= MOST) {
            waiting.values().removeIf(entry -> entry.until - now <= 0);
        }
        if (waiting.size() >= MOST) {
            throw new CriFailure(
                    CriFailure.Kind.EXHAUSTED,
                    "%d sessions were asked for and not opened; try again within %d s"
                            .formatted(MOST, LIFE.toSeconds()),
                    null);
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        waiting.put(token, new Entry(grant, now + LIFE.toNanos()));
        return token;
    }

    /** How many were given out, are still good, and were not used. */
    public synchronized int count() {
        long now = nanos.getAsLong();
        waiting.values().removeIf(entry -> entry.until - now <= 0);
        return waiting.size();
    }

    /** Uses a token up; empty when it is unknown, used, too old or of another verb. It is used up in each of these cases. */
    public synchronized Optional<Grant> take(String verb, String token) {
        Entry entry = waiting.remove(token);
        if (entry == null
                || entry.until - nanos.getAsLong() <= 0
                || !entry.grant.verb().equals(verb)) {
            return Optional.empty();
        }
        return Optional.of(entry.grant);
    }
}
