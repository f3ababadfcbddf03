package dev.berth.cri.step;

/**
 * One named step of a verb. Undo may run after a step that failed half-way and after a restart, so it makes sure that nothing of
 * the step is there, whatever was.
 *
 * @param alongside whether it runs at the same time as the step before it, on whose effect it does not depend
 * @param <C> what the steps of the verb work on
 */
public record Step<C>(String name, Action<C> apply, Action<C> undo, boolean alongside) {
    /** Work on a context; it may block. */
    @FunctionalInterface
    public interface Action<C> {
        void on(C context) throws InterruptedException;
    }

    /** A step whose effect needs no undo of its own. */
    public static <C> Step<C> of(String name, Action<C> apply) {
        return of(name, apply, _ -> {});
    }

    public static <C> Step<C> of(String name, Action<C> apply, Action<C> undo) {
        return new Step<>(name, apply, undo, false);
    }

    /** The same step, run at the same time as the one before it. */
    public Step<C> alongsideThat() {
        return new Step<>(name, apply, undo, true);
    }
}
