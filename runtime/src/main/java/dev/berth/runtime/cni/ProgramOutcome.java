package dev.berth.runtime.cni;

/** How a {@link Program} ended. */
public sealed interface ProgramOutcome {
    /**
     * @param code exit code; 128 plus the signal when one ended it
     * @param truncated whether it wrote more than {@link ProgramRunner#MOST_BYTES} to stdout
     */
    record Exited(int code, byte[] stdout, byte[] stderr, boolean truncated) implements ProgramOutcome {}

    /** It ran longer than it was allowed and is killed. */
    record TimedOut() implements ProgramOutcome {}

    /** It could not be started. */
    record NotStarted(String reason) implements ProgramOutcome {}
}
