package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.shim.ProcessExit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A command that runs in a container, with its streams. */
final class ExecutedStreams implements ProcessStreams {
    private static final Logger LOG = System.getLogger(ExecutedStreams.class.getName());

    private final Kernel kernel;
    private final ExecSite site;
    private final StreamEnds ends;
    private final @Nullable Fd window;
    private final CompletableFuture<ProcessExit> end;
    private boolean closed;

    /** @param window a copy of the terminal's master, null without a terminal; closed here */
    ExecutedStreams(
            Kernel kernel, ExecSite site, StreamEnds ends, @Nullable Fd window, CompletableFuture<ProcessExit> end) {
        this.kernel = kernel;
        this.site = site;
        this.ends = ends;
        this.window = window;
        this.end = end;
    }

    @Override
    public int stdin() {
        return ends.stdin();
    }

    @Override
    public int stdout() {
        return ends.stdout();
    }

    @Override
    public int stderr() {
        return ends.stderr();
    }

    @Override
    public synchronized void resize(int width, int height) {
        if (window == null || closed) {
            return;
        }
        try {
            kernel.setWindowSize(window.number(), WindowSize.clamped(height), WindowSize.clamped(width));
        } catch (KernelFailure failure) {
            LOG.log(Level.DEBUG, "the terminal of {0} was not resized: {1}", site.id(), failure.getMessage());
        }
    }

    @Override
    public int awaitExit() throws InterruptedException {
        try {
            return end.get().exitCode();
        } catch (ExecutionException broken) {
            throw CriFailure.internal(
                    "the shim of container %s is gone, and the command's result with it"
                            .formatted(site.container().id()),
                    broken);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (window != null) {
                window.close();
            }
        }
        site.clear(end.isDone());
    }
}
