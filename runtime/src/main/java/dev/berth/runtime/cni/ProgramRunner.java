package dev.berth.runtime.cni;

/** Runs programs of the node. Safe for use by many threads. */
@FunctionalInterface
public interface ProgramRunner {
    /** The most that is kept of each of stdout and stderr; the rest is read and thrown away. */
    int MOST_BYTES = 1 << 20;

    /**
     * Runs a program and waits for its end.
     *
     * @throws InterruptedException when the caller does not want to wait any longer; the program is killed then
     */
    ProgramOutcome run(Program program) throws InterruptedException;
}
