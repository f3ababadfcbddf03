package dev.berth.runtime.shim;

import dev.berth.runtime.plan.Plan;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The resident helper process: it forks shims and runs programs of the node, so that the JVM never forks on a pod's path. When it
 * has ended, the next use starts it again; shims outlive it.
 */
public final class Helper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Helper.class.getName());

    private final Reactor reactor;
    private final Path binary;
    private final Path state;
    private final ReentrantLock starting = new ReentrantLock();
    private volatile HelperProcess current;
    private volatile boolean closed;

    private Helper(Reactor reactor, Path binary, Path state) throws IOException {
        this.reactor = reactor;
        this.binary = binary;
        this.state = state;
        this.current = HelperProcess.start(reactor, binary, state);
    }

    /**
     * Starts the helper.
     *
     * @param binary the berth-shim binary
     * @param state a private directory for the socket over which both meet
     */
    public static Helper start(Reactor reactor, Path binary, Path state) throws IOException {
        return new Helper(reactor, binary, state);
    }

    /**
     * Forks a shim that executes {@code plan} around itself and listens on the plan's socket, which the caller made.
     *
     * @param listener the listening socket; stays the caller's
     * @return the shim's pid
     * @throws LaunchFailure when an operation of the plan failed
     * @throws ShimGone when the helper ended meanwhile or cannot be started
     */
    public int spawn(String id, int listener, Plan plan) throws InterruptedException {
        return living().spawn(id, listener, plan);
    }

    /**
     * Runs a program of the node; the future is its end.
     *
     * @throws ShimGone when the helper ended meanwhile or cannot be started
     */
    public CompletableFuture<ProcessExit> run(String id, Plan plan) throws InterruptedException {
        return living().run(id, plan);
    }

    /** Sends a signal to a program that {@link #run} started. */
    public void signal(String id, int signal) throws InterruptedException {
        current.signal(id, signal);
    }

    /** Whether there is a helper, which this starts when the last one has ended. */
    public boolean available() {
        try {
            return !living().ended();
        } catch (ShimGone _) {
            return false;
        }
    }

    /** The process id of the helper that was started last. */
    public long pid() {
        return current.pid();
    }

    private HelperProcess living() {
        HelperProcess helper = current;
        return helper.ended() ? startAgain() : helper;
    }

    private HelperProcess startAgain() {
        starting.lock();
        try {
            if (current.ended() && !closed) {
                LOG.log(Level.WARNING, "The helper, process {0}, has ended; it is started again.", pid());
                current.close();
                current = HelperProcess.start(reactor, binary, state);
            }
            return current;
        } catch (IOException failure) {
            throw new ShimGone("the helper has ended and cannot be started again", failure);
        } finally {
            starting.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        current.close();
    }
}
