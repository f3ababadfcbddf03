package dev.berth.runtime.probe;

/**
 * One thing that a node can or cannot do.
 *
 * @param name the feature, in a few words
 * @param detail what was found
 * @param cost what a user misses; empty when nothing
 */
public record Finding(String name, State state, String detail, String cost) {
    /** How well a feature works. */
    public enum State {
        OK,
        /** It works in a lesser way. */
        DEGRADED,
        MISSING
    }

    /** Something that throws when the node cannot do it. */
    @FunctionalInterface
    interface Attempt {
        /** @return what was found */
        String run();
    }

    static Finding ok(String name, String detail) {
        return new Finding(name, State.OK, detail, "");
    }

    static Finding degraded(String name, String detail, String cost) {
        return new Finding(name, State.DEGRADED, detail, cost);
    }

    static Finding missing(String name, String detail, String cost) {
        return new Finding(name, State.MISSING, detail, cost);
    }

    /** OK when the attempt succeeds, else MISSING with the failure's message. */
    static Finding of(String name, String cost, Attempt attempt) {
        try {
            return ok(name, attempt.run());
        } catch (RuntimeException failure) {
            return missing(name, String.valueOf(failure.getMessage()), cost);
        }
    }

    static Finding of(String name, String cost, boolean present, String whenPresent, String whenMissing) {
        return present ? ok(name, whenPresent) : missing(name, whenMissing, cost);
    }
}
