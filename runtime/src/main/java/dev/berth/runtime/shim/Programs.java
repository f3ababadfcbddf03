package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.plan.Plan;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Runs programs of the node by the helper, which forks in a fraction of the time that the JVM would take. Thread-safe. */
public final class Programs {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Helper helper;

    public Programs(Helper helper) {
        this.helper = helper;
    }

    /** A program that was started. */
    public final class Running {
        private final String id;
        private final CompletableFuture<ProcessExit> end;

        private Running(String id, CompletableFuture<ProcessExit> end) {
            this.id = id;
            this.end = end;
        }

        /**
         * Waits for the end.
         *
         * @return how it ended; empty when it ran longer than {@code limit} and was killed, as it is when the caller is interrupted
         * @throws ShimGone when the helper ended meanwhile
         */
        public Optional<ProcessExit> await(Duration limit) throws InterruptedException {
            try {
                return Optional.of(end.get(limit.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException _) {
                kill();
                return Optional.empty();
            } catch (InterruptedException gone) {
                kill();
                throw gone;
            } catch (ExecutionException broken) {
                throw new ShimGone("the helper process ended while it ran a program", broken);
            }
        }

        private void kill() throws InterruptedException {
            try {
                helper.signal(id, Kernel.SIGKILL);
            } catch (KernelFailure | ShimGone _) {
                // It ended by itself just now.
            }
        }
    }

    /**
     * Starts a plan of kind RUN.
     *
     * @throws LaunchFailure when it cannot be started
     * @throws ShimGone when the helper cannot be
     */
    public Running start(Plan plan) throws InterruptedException {
        String id = "run-" + NUMBERS.incrementAndGet();
        return new Running(id, helper.run(id, plan));
    }

    /** Starts a plan and waits for its end: {@link #start} and {@link Running#await}. */
    public Optional<ProcessExit> run(Plan plan, Duration limit) throws InterruptedException {
        return start(plan).await(limit);
    }
}
