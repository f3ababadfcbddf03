package dev.berth.cri.server;

import io.grpc.Context;
import java.util.concurrent.Executor;

/**
 * Interrupts the thread that serves a call when the client is gone, the deadline has passed, or the server stops. After
 * {@link #close} no interrupt arrives any more and the thread's interrupt status is clear.
 */
final class CallInterrupt implements Context.CancellationListener, AutoCloseable {
    private static final Executor SAME_THREAD = Runnable::run;

    private final Context context;
    private final Thread thread;
    private boolean over; // guarded by this

    private CallInterrupt(Context context, Thread thread) {
        this.context = context;
        this.thread = thread;
    }

    /** Watches the calling thread's current gRPC context on behalf of the calling thread. */
    static CallInterrupt watch() {
        Context context = Context.current();
        CallInterrupt watch = new CallInterrupt(context, Thread.currentThread());
        context.addListener(watch, SAME_THREAD);
        return watch;
    }

    @Override
    public void cancelled(Context cancelled) {
        interrupt();
    }

    synchronized void interrupt() {
        if (!over) {
            thread.interrupt();
        }
    }

    @Override
    public void close() {
        context.removeListener(this);
        synchronized (this) {
            over = true;
        }
        boolean _ = Thread.interrupted();
    }
}
