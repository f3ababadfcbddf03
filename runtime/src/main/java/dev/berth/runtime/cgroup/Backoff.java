package dev.berth.runtime.cgroup;

import java.time.Duration;

/** Pauses that grow from half a millisecond to 50, for at most a given time in all. */
public final class Backoff {
    private static final Duration LONGEST = Duration.ofMillis(50);
    private final long end;
    private Duration next = Duration.ofNanos(500_000);

    public Backoff(Duration patience) {
        end = System.nanoTime() + patience.toNanos();
    }

    /** Sleeps; false without sleeping when the time is over or the thread is interrupted. */
    public boolean pause() {
        if (System.nanoTime() - end >= 0) {
            return false;
        }
        try {
            Thread.sleep(next);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return true;
    }
}
