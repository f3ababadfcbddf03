package dev.berth.cri.command;

/**
 * The result of one check of the node.
 *
 * @param name what was checked, in a few words
 * @param detail what was found
 * @param cost what it costs that it is not there; empty when it is
 */
public record CheckLine(String name, State state, String detail, String cost) {
    /** What a check found. */
    public enum State {
        /** It is there. */
        OK,
        /** It is not there, and pods run without it; the cost says how. */
        LIMITED,
        /** It is not there, and pods cannot run without it. */
        MISSING
    }
}
