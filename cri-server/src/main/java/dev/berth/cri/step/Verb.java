package dev.berth.cri.step;

import java.time.Duration;
import java.util.List;

/**
 * A verb as a list of named steps. Steps run in order, but for those that run alongside the one before; when one fails, it, those
 * alongside and all before are undone in reverse, failures of undo attached as suppressed. Each step is timed.
 *
 * @param <C> what the steps work on
 */
public final class Verb<C> {
    private static final String DONE = "ok";
    private static final String FAILED = "failed";
    private static final String UNDONE = "undone";

    private final String name;
    private final List<Step<C>> steps;

    private Verb(String name, List<Step<C>> steps) {
        this.name = name;
        this.steps = steps;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <C> Verb<C> of(String name, Step<C>... steps) {
        return new Verb<>(name, List.of(steps));
    }

    public String name() {
        return name;
    }

    public List<String> stepNames() {
        return steps.stream().map(Step::name).toList();
    }

    /** Runs every step, or none of them is left. */
    public void run(C context, StepWatch watch) throws InterruptedException {
        int next = 0;
        while (next < steps.size()) {
            int from = next++;
            while (next < steps.size() && steps.get(next).alongside()) {
                next++;
            }
            try {
                apply(steps.subList(from, next), context, watch);
            } catch (InterruptedException | RuntimeException failure) {
                undo(next - 1, context, watch, failure);
                throw failure;
            }
        }
    }

    /** Undoes every step in reverse and goes on over failures; for what a crash left behind. */
    public void undo(C context, StepWatch watch) throws InterruptedException {
        RuntimeException collected = new IllegalStateException("%s could not be undone".formatted(name));
        undo(steps.size() - 1, context, watch, collected);
        if (collected.getSuppressed().length > 0) {
            throw collected;
        }
    }

    /** Runs steps at the same time and waits for all of them, whatever becomes of one. */
    private void apply(List<Step<C>> together, C context, StepWatch watch) throws InterruptedException {
        Alongside others = new Alongside();
        for (Step<C> step : together.subList(1, together.size())) {
            others.start(() -> apply(step, context, watch));
        }
        others.after(() -> apply(together.getFirst(), context, watch));
    }

    private void apply(Step<C> step, C context, StepWatch watch) throws InterruptedException {
        long start = System.nanoTime();
        boolean done = false;
        try {
            watch.reached(name, step.name());
            step.apply().on(context);
            done = true;
        } finally {
            watch.took(name, step.name(), done ? DONE : FAILED, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void undo(int from, C context, StepWatch watch, Exception failure) throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        for (int i = from; i >= 0; i--) {
            Step<C> step = steps.get(i);
            long start = System.nanoTime();
            try {
                step.undo().on(context);
            } catch (InterruptedException _) {
                interrupted = true;
            } catch (RuntimeException more) {
                failure.addSuppressed(more);
            }
            watch.took(name, step.name(), UNDONE, Duration.ofNanos(System.nanoTime() - start));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
