package dev.berth.cri.step;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Work on virtual threads beside that of the caller, who goes on only when all of it has ended. */
final class Alongside {
    /** What is done. */
    @FunctionalInterface
    interface Work {
        void run() throws InterruptedException;
    }

    private record Started(Thread thread, FutureTask<Boolean> end) {}

    private final List<Started> all = new ArrayList<>();

    void start(Work work) {
        FutureTask<Boolean> end = new FutureTask<>(() -> {
            work.run();
            return true;
        });
        all.add(new Started(Thread.startVirtualThread(end), end));
    }

    /**
     * Does {@code own} on this thread, then waits for what was started. An interrupt of this thread is passed on to it.
     *
     * @throws InterruptedException when this thread was interrupted, or the first failure, with the others suppressed
     */
    void after(Work own) throws InterruptedException {
        List<Exception> failures = new ArrayList<>();
        try {
            own.run();
        } catch (InterruptedException | RuntimeException failure) {
            failures.add(failure);
        }
        all.forEach(started -> join(started, failures));
        if (!failures.isEmpty()) {
            throwFirst(failures);
        }
    }

    private static void join(Started started, List<Exception> failures) {
        while (true) {
            try {
                started.end().get();
                return;
            } catch (InterruptedException interrupted) {
                started.thread().interrupt();
                failures.add(interrupted);
            } catch (ExecutionException broken) {
                failures.add(broken.getCause() instanceof Exception cause ? cause : broken);
                return;
            }
        }
    }

    private static void throwFirst(List<Exception> failures) throws InterruptedException {
        Exception first = failures.getFirst();
        failures.stream().skip(1).forEach(first::addSuppressed);
        switch (first) {
            case InterruptedException interrupted -> throw interrupted;
            case RuntimeException broken -> throw broken;
            default -> throw new IllegalStateException(first);
        }
    }
}
