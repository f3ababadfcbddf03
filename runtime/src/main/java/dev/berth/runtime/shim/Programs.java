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

/** Runs programs of the node by the helper and waits for their end. Thread-safe. */
public final class Programs {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Helper helper;

    public Programs(Helper helper) {
        this.helper = helper;
    }

    /**
     * Runs a plan of kind RUN.
     *
     * @return how it ended; empty when it ran longer than {@code limit} and was killed, as it is when the caller is interrupted
     * @throws LaunchFailure when it cannot be started
     * @throws ShimGone when the helper ended meanwhile or cannot be started
     */
    public Optional<ProcessExit> run(Plan plan, Duration limit) throws InterruptedException {
        String id = "run-" + NUMBERS.incrementAndGet();
        CompletableFuture<ProcessExit> end = helper.run(id, plan);
        try {
            return Optional.of(end.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException _) {
            kill(id);
            return Optional.empty();
        } catch (InterruptedException gone) {
            kill(id);
            throw gone;
        } catch (ExecutionException broken) {
            throw new ShimGone("the helper process ended while it ran a program", broken);
        }
    }

    private void kill(String id) throws InterruptedException {
        try {
            helper.signal(id, Kernel.SIGKILL);
        } catch (KernelFailure | ShimGone _) {
            // It ended by itself just now.
        }
    }
}
