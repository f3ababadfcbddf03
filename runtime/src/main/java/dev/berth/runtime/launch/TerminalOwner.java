package dev.berth.runtime.launch;

/** Who owns the terminal of a process: its user, and the group {@code tty} that a devpts is mounted with. */
final class TerminalOwner {
    private static final int TTY = 5;

    private TerminalOwner() {}

    /** As operation PTY wants it: uid in the upper, gid in the lower half. */
    static long of(ProcessSpec.Identity identity) {
        return Integer.toUnsignedLong(identity.uid()) << Integer.SIZE | TTY;
    }
}
