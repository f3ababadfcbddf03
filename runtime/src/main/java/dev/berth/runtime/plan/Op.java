package dev.berth.runtime.plan;

/** The operations of a plan, in the order of their numbers in protocol.h. */
public enum Op {
    CGROUP(1),
    UNSHARE(2),
    SETNS(3),
    HOSTNAME(4),
    LOOPBACK(5),
    NEWFS(6),
    ATTACH(7),
    MKDIR(8),
    MKFILE(9),
    MOVE(10),
    CLONE(11),
    SETATTR(12),
    MKNOD(13),
    SYMLINK(14),
    MASK(15),
    PIVOT(16),
    CWD(17),
    WRITE(18),
    RLIMIT(19),
    KEYRING(20),
    BOUNDING(21),
    NO_NEW_PRIVS(22),
    SECCOMP(23),
    IDS(24),
    CAPS(25),
    UMASK(26),
    SESSION(27),
    PTY(28),
    EXEC(29),
    PAUSE(30),
    CLOSE(31),
    AFFINITY(32),
    OPEN(33),
    USERNS(34),
    FORK(35),
    CHDIR(36),
    HERE(37),
    FSIDS(38),
    LABEL(39);

    /** ENOENT makes the result register empty. */
    public static final int OPTIONAL = 1;

    public static final int RECURSIVE = 2;
    public static final int NOFOLLOW = 4;
    /** A failure is ignored. */
    public static final int BEST_EFFORT = 8;

    public static final int CREATE = 16;

    private final int number;

    Op(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
