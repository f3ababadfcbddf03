package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;

/**
 * Waits until a descriptor can be read or written, or the session stops. A thread that waited in read(2) itself could not be called
 * back, because closing a descriptor does not wake its readers.
 */
final class Readiness implements AutoCloseable {
    private static final long READY = 1;
    private static final long STOP = 2;

    private final Kernel kernel;
    private final int epoll;
    private final boolean always;

    /** {@code events} is EPOLLIN or EPOLLOUT. */
    Readiness(Kernel kernel, int fd, int events, StopSignal stop) {
        this.kernel = kernel;
        this.epoll = kernel.epollCreate();
        try {
            kernel.epollAdd(epoll, stop.event(), Kernel.EPOLLIN, STOP);
            always = !waits(fd, events);
        } catch (KernelFailure failure) {
            kernel.close(epoll);
            throw failure;
        }
    }

    /** A regular file or /dev/null never makes anybody wait, and epoll refuses it. */
    private boolean waits(int fd, int events) {
        try {
            kernel.epollAdd(epoll, fd, events, READY);
            return true;
        } catch (KernelFailure failure) {
            if (failure.is(Errno.EPERM)) {
                return false;
            }
            throw failure;
        }
    }

    /** True when the descriptor is ready, false when the session stops. */
    boolean await() {
        while (true) {
            boolean ready = always;
            for (long token : kernel.epollWait(epoll, always ? 0 : -1)) {
                if (token == STOP) {
                    return false;
                }
                ready = true;
            }
            if (ready) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        kernel.close(epoll);
    }
}
