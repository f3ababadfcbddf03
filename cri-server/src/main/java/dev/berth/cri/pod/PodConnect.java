package dev.berth.cri.pod;

import dev.berth.cri.failure.CriFailure;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.shim.Loopback;
import java.time.Duration;

/** Connects to ports of pods, for PortForward: to 127.0.0.1 of the pod's network namespace, then to ::1. */
public final class PodConnect {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int LAST_PORT = 65535;

    private final Kernel kernel;

    public PodConnect(Kernel kernel) {
        this.kernel = kernel;
    }

    /** @throws CriFailure when nothing of the pod runs */
    public static void check(Pod pod) {
        if (!pod.ready()) {
            throw CriFailure.state(
                    "the pod sandbox %s is not ready, so no port of it can be reached".formatted(pod.id()));
        }
    }

    /** @throws CriFailure when it is no port */
    public static void check(Pod pod, int port) {
        if (port < 1 || port > LAST_PORT) {
            throw CriFailure.invalid("the port %d of pod sandbox %s does not exist; ports are 1 to %d"
                    .formatted(port, pod.id(), LAST_PORT));
        }
    }

    /** A connected, blocking socket, which the caller closes. */
    public int connect(Pod pod, int port) throws InterruptedException {
        check(pod);
        check(pod, port);
        try {
            return Loopback.connect(kernel, pod.shim(), port, LIMIT);
        } catch (KernelFailure failure) {
            String reason = failure.is(Errno.ECONNREFUSED)
                    ? "nothing listens on it at 127.0.0.1 or ::1"
                    : failure.errno().name();
            throw new CriFailure(
                    CriFailure.Kind.UNAVAILABLE,
                    "the port %d of pod sandbox %s cannot be reached: %s".formatted(port, pod.id(), reason),
                    failure);
        }
    }
}
