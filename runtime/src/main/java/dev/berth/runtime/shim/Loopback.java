package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.time.Duration;

/** TCP connections to the loopback addresses of a shim's network namespace. */
public final class Loopback {
    private static final Duration PAUSE = Duration.ofMillis(2);

    private Loopback() {}

    /**
     * Connects to 127.0.0.1 and, when nothing takes that, to ::1.
     *
     * @param port 1 to 65535
     * @param limit for each of the two
     * @return a connected, blocking socket, which the caller closes
     * @throws KernelFailure why 127.0.0.1 was not to be reached: ECONNREFUSED when nothing listens on either, ETIMEDOUT when
     *     what listens does not accept
     */
    public static int connect(Kernel kernel, Shim shim, int port, Duration limit) throws InterruptedException {
        try {
            return connect(kernel, shim, Kernel.AF_INET, port, limit);
        } catch (KernelFailure v4) {
            try {
                return connect(kernel, shim, Kernel.AF_INET6, port, limit);
            } catch (KernelFailure v6) {
                v4.addSuppressed(v6);
                throw v4;
            }
        }
    }

    private static int connect(Kernel kernel, Shim shim, int family, int port, Duration limit)
            throws InterruptedException {
        try (Fd socket = new Fd(kernel, shim.socket(family))) {
            long deadline = System.nanoTime() + limit.toNanos();
            while (!kernel.connectLoopback(socket.number(), family, port)) {
                if (System.nanoTime() > deadline) {
                    throw new KernelFailure("connect", "port " + port, Errno.ETIMEDOUT.number());
                }
                Thread.sleep(PAUSE);
            }
            kernel.setNonblocking(socket.number(), false);
            return socket.release();
        }
    }
}
