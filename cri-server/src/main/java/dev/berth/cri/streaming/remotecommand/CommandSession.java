package dev.berth.cri.streaming.remotecommand;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.ClientGone;
import dev.berth.cri.streaming.flow.Drain;
import dev.berth.cri.streaming.flow.Inlet;
import dev.berth.cri.streaming.flow.Outlet;
import dev.berth.cri.streaming.flow.Receiver;
import dev.berth.cri.streaming.flow.StopSignal;
import dev.berth.runtime.kernel.Kernel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process and its client, whatever carries them: output to its end, then the exit code, then the status, then goodbye. A client
 * that vanishes closes the process at once.
 */
public final class CommandSession {
    private static final Logger LOG = System.getLogger(CommandSession.class.getName());

    /**
     * The streams to the client.
     *
     * @param goodbye ends the conversation after everything else was sent
     */
    public record Outlets(Outlet stdout, Outlet stderr, Outlet error, Runnable goodbye) {}

    private final Kernel kernel;
    private final Command command;
    private final Protocol protocol;
    private final Inlet stdin;
    private final Resizes resizes = new Resizes();
    private boolean gone;
    private @Nullable Thread thread;

    public CommandSession(Kernel kernel, ClientChannel client, Command command, Protocol protocol) {
        this.kernel = kernel;
        this.command = command;
        this.protocol = protocol;
        this.stdin = new Inlet(client);
    }

    public Receiver stdin() {
        return stdin;
    }

    public Receiver resizes() {
        return resizes;
    }

    /** Begins, on a thread of its own. */
    public synchronized void start(Outlets outlets) {
        if (!gone) {
            thread = Thread.ofPlatform().daemon().name("stream session").start(() -> run(outlets));
        }
    }

    /** The client is gone: nobody waits for anything any more. */
    public synchronized void clientGone() {
        gone = true;
        stdin.stop();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run(Outlets outlets) {
        try {
            byte[] status = status(outlets);
            if (status.length > 0) {
                outlets.error.send(status, status.length);
            }
        } catch (InterruptedException | ClientGone _) {
            // There is nobody to tell.
        } finally {
            stdin.stop();
            outlets.stdout.end();
            outlets.stderr.end();
            outlets.error.end();
            outlets.goodbye.run();
        }
    }

    private byte[] status(Outlets outlets) throws InterruptedException {
        try (ProcessStreams process = command.start().open()) {
            return ExitStatus.exited(protocol, converse(process, outlets));
        } catch (CriFailure failure) {
            return ExitStatus.failed(protocol, failure.sentence());
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "A streaming session failed.", failure);
            return ExitStatus.failed(protocol, "the session failed inside the runtime; its log says why");
        }
    }

    private int converse(ProcessStreams process, Outlets outlets) throws InterruptedException {
        List<Thread> output = new ArrayList<>();
        List<Thread> all = new ArrayList<>();
        try (StopSignal stop = new StopSignal(kernel)) {
            try {
                output.addAll(drain("stream stdout", process.stdout(), outlets.stdout, stop));
                output.addAll(drain("stream stderr", process.stderr(), outlets.stderr, stop));
                all.addAll(output);
                // Before the first input, so that what it asks for sees the right size.
                resizes.attach(process);
                all.addAll(feed(process.stdin(), stop));
                for (Thread each : output) {
                    each.join();
                }
                return process.awaitExit();
            } finally {
                resizes.detach();
                stop.raise();
                stdin.stop();
                awaitEnd(all);
            }
        }
    }

    private List<Thread> drain(String name, int fd, Outlet outlet, StopSignal stop) {
        return fd < 0 ? List.of() : List.of(Drain.start(name, kernel, fd, outlet, stop));
    }

    private List<Thread> feed(int fd, StopSignal stop) {
        if (fd < 0) {
            stdin.stop();
            return List.of();
        }
        if (!command.stdin()) {
            stdin.ended();
        }
        return List.of(stdin.start("stream stdin", kernel, fd, stop, () -> kernel.close(fd)));
    }

    /** They were told to stop, so this is short, and the descriptor of the signal may go only after it. */
    private static void awaitEnd(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread each : threads) {
            while (each.isAlive()) {
                try {
                    each.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
