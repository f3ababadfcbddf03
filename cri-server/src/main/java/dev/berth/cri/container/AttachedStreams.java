package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.shim.Hangup;
import dev.berth.runtime.shim.ShimGone;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The streams of a client that follows a container. */
final class AttachedStreams implements ProcessStreams {
    private static final Logger LOG = System.getLogger(AttachedStreams.class.getName());
    /** The streams of a container end a moment before its end is recorded. */
    private static final Duration RECORDING = Duration.ofSeconds(2);

    private final Container container;
    private final StreamEnds ends;
    private final List<Hangup> hangups;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** @param hangups of every output; none when no output is attached */
    AttachedStreams(Container container, StreamEnds ends, List<Hangup> hangups) {
        this.container = container;
        this.ends = ends;
        this.hangups = List.copyOf(hangups);
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
    public void resize(int width, int height) {
        if (!container.record().getConfig().getTty()) {
            return;
        }
        try {
            container.pod().shim().resize(container.id(), WindowSize.clamped(height), WindowSize.clamped(width));
        } catch (KernelFailure | ShimGone | CriFailure failure) {
            LOG.log(Level.DEBUG, "the terminal of {0} was not resized: {1}", container.id(), failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int awaitExit() throws InterruptedException {
        CompletableFuture<?> outputs = hangups.isEmpty()
                ? new CompletableFuture<>()
                : CompletableFuture.allOf(hangups.stream().map(Hangup::happened).toArray(CompletableFuture<?>[]::new));
        try {
            CompletableFuture.anyOf(container.exited(), outputs, closed).get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("none of these fails", impossible);
        }
        Duration patience = closed.isDone() ? Duration.ZERO : RECORDING;
        return container.awaitExit(patience.toNanos()) ? container.record().getExitCode() : 0;
    }

    /** The caller's descriptors are not touched: the shim lets go of the client when they are closed. */
    @Override
    public void close() {
        hangups.forEach(Hangup::close);
        closed.complete(null);
    }
}
