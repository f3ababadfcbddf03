package dev.berth.runtime.kernel;

/** Pipes, and what can be done to any descriptor: pipe(2), splice(2), fcntl(2), ioctl_tty(2), ioctl_ns(2). */
final class Descriptors {
    private static final int O_CLOEXEC = 02000000;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int TIOCSWINSZ = 0x5414;
    private static final int FIONREAD = 0x541b;
    private static final int SPLICE_F_NONBLOCK = 2;
    private static final int NS_GET_USERNS = 0xb701;
    private static final int WINSIZE = 8;

    private final Syscalls syscalls;

    Descriptors(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    int[] pipe() {
        try (Scratch scratch = syscalls.scratch()) {
            long ends = scratch.room(8);
            syscalls.check(Call.PIPE2, () -> "O_CLOEXEC", ends, O_CLOEXEC);
            return new int[] {scratch.getInt(ends), scratch.getInt(ends + 4)};
        }
    }

    void setPipeSize(int pipe, int bytes) {
        syscalls.check(Call.FCNTL, () -> "%d, F_SETPIPE_SZ, %d".formatted(pipe, bytes), pipe, F_SETPIPE_SZ, bytes);
    }

    int readable(int fd) {
        try (Scratch scratch = syscalls.scratch()) {
            long bytes = scratch.room(8);
            syscalls.check(Call.IOCTL, () -> fd + ", FIONREAD", fd, FIONREAD, bytes);
            return scratch.getInt(bytes);
        }
    }

    int splice(int pipe, int socket, int length) {
        long moved = syscalls.raw(Call.SPLICE, pipe, 0, socket, 0, length, SPLICE_F_NONBLOCK);
        if (moved == -Errno.EAGAIN.number()) {
            return -1;
        }
        if (moved < 0) {
            throw new KernelFailure("splice", "%d, %d, %d".formatted(pipe, socket, length), (int) -moved);
        }
        return (int) moved;
    }

    int dup(int fd) {
        return (int) syscalls.check(Call.FCNTL, () -> fd + ", F_DUPFD_CLOEXEC", fd, F_DUPFD_CLOEXEC, 0);
    }

    void setNonblocking(int fd, boolean nonblocking) {
        long flags = syscalls.check(Call.FCNTL, () -> fd + ", F_GETFL", fd, F_GETFL, 0);
        long wanted = nonblocking ? flags | Kernel.O_NONBLOCK : flags & ~Kernel.O_NONBLOCK;
        syscalls.check(Call.FCNTL, () -> "%d, F_SETFL, %o".formatted(fd, wanted), fd, F_SETFL, wanted);
    }

    int owningUserNamespace(int namespace) {
        return (int) syscalls.check(Call.IOCTL, () -> namespace + ", NS_GET_USERNS", namespace, NS_GET_USERNS, 0);
    }

    void setWindowSize(int terminal, int rows, int columns) {
        try (Scratch scratch = syscalls.scratch()) {
            long window = scratch.room(WINSIZE);
            scratch.putInt(window, rows | columns << Short.SIZE);
            syscalls.check(Call.IOCTL, () -> terminal + ", TIOCSWINSZ", terminal, TIOCSWINSZ, window);
        }
    }
}
