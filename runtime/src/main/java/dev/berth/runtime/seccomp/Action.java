package dev.berth.runtime.seccomp;

import java.util.Comparator;

/**
 * What the kernel does with a system call.
 *
 * @param data the error number of {@link Kind#ERRNO} (0 to 4095), the message of {@link Kind#TRACE} (0 to 65535), else 0
 */
record Action(Kind kind, int data) {
    static final int EPERM = 1;
    static final int ENOSYS = 38;

    static final Action KILL_PROCESS = new Action(Kind.KILL_PROCESS, 0);

    /** What a kernel without the call answers: programs then fall back to an older one. */
    static final Action NO_SUCH_CALL = new Action(Kind.ERRNO, ENOSYS);

    /** The most restrictive first, in the order that the kernel itself uses between several filters. */
    static final Comparator<Action> STRICTEST_FIRST = Comparator.comparing(Action::kind);

    private static final int MAX_ERRNO = 4095;
    private static final int MAX_DATA = 0xFFFF;

    /** The kinds, most restrictive first; each with its SECCOMP_RET_… number. */
    enum Kind {
        KILL_PROCESS(0x80000000),
        KILL_THREAD(0),
        TRAP(0x00030000),
        ERRNO(0x00050000),
        TRACE(0x7ff00000),
        LOG(0x7ffc0000),
        ALLOW(0x7fff0000);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /**
     * Reads an action of a profile.
     *
     * @param errnoRet the number for SCMP_ACT_ERRNO and SCMP_ACT_TRACE; the others have none and ignore it, as libseccomp users do
     */
    static Action parse(String name, long errnoRet) {
        return switch (name) {
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> new Action(Kind.KILL_THREAD, 0);
            case "SCMP_ACT_KILL_PROCESS" -> KILL_PROCESS;
            case "SCMP_ACT_TRAP" -> new Action(Kind.TRAP, 0);
            case "SCMP_ACT_ERRNO" -> new Action(Kind.ERRNO, number(name, errnoRet, MAX_ERRNO));
            case "SCMP_ACT_TRACE" -> new Action(Kind.TRACE, number(name, errnoRet, MAX_DATA));
            case "SCMP_ACT_LOG" -> new Action(Kind.LOG, 0);
            case "SCMP_ACT_ALLOW" -> new Action(Kind.ALLOW, 0);
            case "SCMP_ACT_NOTIFY" ->
                throw new IllegalArgumentException(
                        "seccomp action SCMP_ACT_NOTIFY needs a listener, which Berth does not offer; use another action");
            default ->
                throw new IllegalArgumentException(
                        "seccomp action \"%s\" is not known; it must be SCMP_ACT_ALLOW, _ERRNO, _KILL, _KILL_PROCESS, _KILL_THREAD, _LOG, _TRACE or _TRAP"
                                .formatted(name));
        };
    }

    private static int number(String name, long errnoRet, int max) {
        if (errnoRet < 0 || errnoRet > max) {
            throw new IllegalArgumentException(
                    "errnoRet %d of %s is out of range; it must be 0 to %d".formatted(errnoRet, name, max));
        }
        return (int) errnoRet;
    }

    /** What a filter returns for this. */
    int verdict() {
        return kind.number | data;
    }
}
