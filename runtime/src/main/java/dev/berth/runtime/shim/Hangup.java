package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Kernel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Watches one end of a pipe for the close of the other. It holds a copy of the descriptor, so that the original may be closed at
 * any time; while it is open a pipe's writer does not learn that the original reader has gone.
 */
public final class Hangup implements AutoCloseable {
    /** One report, and then silence: a pipe that has hung up stays so. */
    static final int EVENTS = Kernel.EPOLLONESHOT;

    private final Reactor reactor;
    private final int copy;
    private final long token;
    private final CompletableFuture<Void> happened = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    Hangup(Reactor reactor, int copy, long token) {
        this.reactor = reactor;
        this.copy = copy;
        this.token = token;
    }

    /** Completed, on the reactor's thread, once every copy of the other end is closed; bytes may still be in the pipe. */
    public CompletableFuture<Void> happened() {
        return happened;
    }

    long token() {
        return token;
    }

    /** Ends the watch; idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            reactor.forget(this, copy);
        }
    }
}
