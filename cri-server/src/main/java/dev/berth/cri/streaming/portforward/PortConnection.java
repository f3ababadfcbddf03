package dev.berth.cri.streaming.portforward;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.ClientGone;
import dev.berth.cri.streaming.flow.Drain;
import dev.berth.cri.streaming.flow.Inlet;
import dev.berth.cri.streaming.flow.Outlet;
import dev.berth.cri.streaming.flow.Receiver;
import dev.berth.cri.streaming.flow.StopSignal;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One TCP connection of a client, carried on into the pod. It ends when the pod's side has sent its last byte. */
final class PortConnection {
    private static final Logger LOG = System.getLogger(PortConnection.class.getName());

    private final Kernel kernel;
    private final StreamTargets targets;
    private final String pod;
    private final int port;
    private final Inlet inlet;
    private @Nullable Thread thread;
    private @Nullable StopSignal signal;
    private boolean gone;

    PortConnection(Kernel kernel, StreamTargets targets, ClientChannel client, String pod, int port) {
        this.kernel = kernel;
        this.targets = targets;
        this.pod = pod;
        this.port = port;
        this.inlet = new Inlet(client);
    }

    int port() {
        return port;
    }

    Receiver fromClient() {
        return inlet;
    }

    /** Connects and copies, on threads of its own. */
    synchronized void start(Outlet data, Outlet error) {
        if (!gone) {
            thread = Thread.ofPlatform().daemon().name("stream port " + port).start(() -> run(data, error));
        }
    }

    synchronized void clientGone() {
        gone = true;
        inlet.stop();
        StopSignal stop = signal;
        if (stop != null) {
            stop.raise();
        }
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run(Outlet data, Outlet error) {
        try {
            carry(data);
        } catch (CriFailure failure) {
            tell(error, failure.sentence());
        } catch (InterruptedException _) {
            // There is nobody to tell.
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "Forwarding to a port failed.", failure);
            tell(error, "forwarding to port %d failed inside the runtime; its log says why".formatted(port));
        } finally {
            inlet.stop();
            data.end();
            error.end();
        }
    }

    private void carry(Outlet data) throws InterruptedException {
        int socket = targets.connect(pod, port);
        try (StopSignal stop = listening()) {
            Thread sender = inlet.start("stream port " + port + " in", kernel, socket, stop, () -> endSending(socket));
            Drain.run(kernel, socket, data, stop);
            stop.raise();
            inlet.stop();
            awaitEnd(sender);
        } finally {
            kernel.close(socket);
        }
    }

    private synchronized StopSignal listening() {
        StopSignal stop = new StopSignal(kernel);
        signal = stop;
        if (gone) {
            stop.raise();
        }
        return stop;
    }

    private void endSending(int socket) {
        try {
            kernel.shutdownWrite(socket);
        } catch (KernelFailure _) {
            // The peer is gone already.
        }
    }

    private static void awaitEnd(Thread sender) {
        boolean interrupted = false;
        while (sender.isAlive()) {
            try {
                sender.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tell(Outlet error, String sentence) {
        byte[] bytes = sentence.getBytes(StandardCharsets.UTF_8);
        try {
            error.send(bytes, bytes.length);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ClientGone _) {
            // There is nobody to tell.
        }
    }
}
