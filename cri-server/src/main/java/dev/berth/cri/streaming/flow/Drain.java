package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;

/** Carries what a descriptor gives to the client, as fast as the client takes it. */
public final class Drain {
    private static final int CHUNK = 64 << 10;

    /** Less than this is copied sooner than two threads have agreed on moving it. */
    private static final int LEAST_SPLICED = 16 << 10;
    /** Clients make room for a whole message. */
    private static final int MOST_SPLICED = 256 << 10;

    private Drain() {}

    /** Runs until the descriptor's end, the client's, or the stop. The descriptor stays open. */
    public static void run(Kernel kernel, int fd, Outlet outlet, StopSignal stop) {
        Outlet.Splice splice = isPipe(kernel, fd) ? outlet.splice(kernel) : null;
        byte[] buffer = new byte[splice == null ? CHUNK : LEAST_SPLICED];
        try (Readiness readiness = new Readiness(kernel, fd, Kernel.EPOLLIN, stop)) {
            while (readiness.await()) {
                if (splice != null) {
                    int waiting = kernel.readable(fd);
                    if (waiting >= LEAST_SPLICED) {
                        splice.move(fd, Math.min(waiting, MOST_SPLICED));
                        continue;
                    }
                }
                int got = read(kernel, fd, buffer);
                if (got == 0) {
                    return;
                }
                if (got > 0) {
                    outlet.send(buffer, got);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ClientGone _) {
            // Nobody wants the rest.
        }
    }

    private static boolean isPipe(Kernel kernel, int fd) {
        return kernel.fstatat(fd, "", Kernel.AT_EMPTY_PATH).type() == Stat.S_IFIFO;
    }

    /** -1 for "not now". A terminal without a process says EIO, a peer that is gone ECONNRESET: both are ends. */
    private static int read(Kernel kernel, int fd, byte[] buffer) {
        try {
            return kernel.read(fd, buffer, 0, buffer.length);
        } catch (KernelFailure failure) {
            if (failure.is(Errno.EAGAIN) || failure.is(Errno.EINTR)) {
                return -1;
            }
            return 0;
        }
    }

    /** Does the same on a thread of its own, and closes the descriptor at the end. */
    public static Thread start(String name, Kernel kernel, int fd, Outlet outlet, StopSignal stop) {
        return Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                run(kernel, fd, outlet, stop);
            } finally {
                kernel.close(fd);
            }
        });
    }
}
