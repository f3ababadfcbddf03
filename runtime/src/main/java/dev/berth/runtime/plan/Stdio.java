package dev.berth.runtime.plan;

/**
 * Where the standard streams of a process lead.
 *
 * @param bits the stdio bits of docs/shim.md
 * @param captureLimit bytes kept of each stream, for {@link #CAPTURE}
 */
public record Stdio(int bits, int captureLimit) {
    public static final int STDIN = 1;
    public static final int TTY = 2;
    public static final int LOG = 4;
    public static final int CAPTURE = 8;
    public static final int DISCARD = 16;

    /** Streams are the registers stdin, stdout and stderr of the plan. */
    public static final Stdio PASSED = new Stdio(0, 0);

    /** A terminal whose master is handed back with the launch. */
    public static final Stdio TERMINAL = new Stdio(TTY, 0);

    public static Stdio capture(int limit) {
        return new Stdio(CAPTURE, limit);
    }

    /** A container's: a log if it has one, otherwise the output is thrown away. */
    public static Stdio container(boolean log, boolean stdin, boolean tty) {
        return new Stdio((log ? LOG : DISCARD) | (stdin ? STDIN : 0) | (tty ? TTY : 0), 0);
    }
}
