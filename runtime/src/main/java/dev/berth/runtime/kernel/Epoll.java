package dev.berth.runtime.kernel;

/** epoll(7) and eventfd(2). */
final class Epoll {
    private static final int CLOEXEC = 02000000;
    private static final int NONBLOCK = 04000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int BATCH = 64;
    /** struct epoll_event is packed on x86_64 only. */
    private static final boolean PACKED = !System.getProperty("os.arch", "").equals("aarch64");

    private static final int EVENT_SIZE = PACKED ? 12 : 16;
    private static final int TOKEN_AT = PACKED ? 4 : 8;

    private final Syscalls syscalls;

    Epoll(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    int create() {
        return (int) syscalls.check(Call.EPOLL_CREATE1, () -> "EPOLL_CLOEXEC", CLOEXEC);
    }

    void add(int epoll, int fd, int events, long token) {
        try (Scratch scratch = syscalls.scratch()) {
            long event = scratch.room(EVENT_SIZE);
            scratch.putInt(event, events);
            scratch.putLong(event + TOKEN_AT, token);
            syscalls.check(Call.EPOLL_CTL, () -> epoll + ", ADD, " + fd, epoll, EPOLL_CTL_ADD, fd, event);
        }
    }

    void delete(int epoll, int fd) {
        syscalls.check(Call.EPOLL_CTL, () -> epoll + ", DEL, " + fd, epoll, EPOLL_CTL_DEL, fd, 0);
    }

    long[] await(int epoll, int timeoutMillis) {
        try (Scratch scratch = syscalls.scratch()) {
            long events = scratch.room(EVENT_SIZE * BATCH);
            int ready = (int) syscalls.check(Call.EPOLL_PWAIT, () -> epoll, epoll, events, BATCH, timeoutMillis, 0, 8);
            long[] tokens = new long[ready];
            for (int i = 0; i < ready; i++) {
                tokens[i] = scratch.getLong(events + (long) i * EVENT_SIZE + TOKEN_AT);
            }
            return tokens;
        }
    }

    int eventfd() {
        return (int) syscalls.check(Call.EVENTFD2, () -> 0, 0, CLOEXEC | NONBLOCK);
    }
}
