package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Kernel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one thread that waits for packets of the helper and of all shims. Whoever asked something waits for a future, so that no
 * virtual thread ever holds its carrier in a system call that blocks.
 */
public final class Reactor implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Reactor.class.getName());

    private final Kernel kernel;
    private final int epoll;
    private final int stop;
    private final Map<Long, Connection> connections = new ConcurrentHashMap<>();
    private final Map<Long, Hangup> hangups = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final Thread thread;

    public Reactor(Kernel kernel) {
        this.kernel = kernel;
        this.epoll = kernel.epollCreate();
        this.stop = kernel.eventfd();
        kernel.epollAdd(epoll, stop, Kernel.EPOLLIN, 0);
        this.thread = Thread.ofPlatform().name("shim-reactor").daemon().start(this::loop);
    }

    Kernel kernel() {
        return kernel;
    }

    /** Takes a connected socket and watches it until it ends. */
    Connection watch(int socket, Connection.Listener listener) {
        long token = tokens.incrementAndGet();
        Connection connection = new Connection(kernel, socket, token, listener);
        connections.put(token, connection);
        kernel.epollAdd(epoll, socket, Kernel.EPOLLIN, token);
        return connection;
    }

    /** Watches an end of a pipe, which stays the caller's, for the close of its other end. */
    public Hangup hangup(int pipe) {
        int copy = kernel.dup(pipe);
        Hangup hangup = new Hangup(this, copy, tokens.incrementAndGet());
        hangups.put(hangup.token(), hangup);
        try {
            kernel.epollAdd(epoll, copy, Hangup.EVENTS, hangup.token());
            return hangup;
        } catch (RuntimeException failure) {
            hangups.remove(hangup.token());
            kernel.close(copy);
            throw failure;
        }
    }

    void forget(Hangup hangup, int copy) {
        hangups.remove(hangup.token());
        kernel.epollDelete(epoll, copy);
        kernel.close(copy);
    }

    private void loop() {
        byte[] buffer = new byte[Packet.LARGEST];
        while (true) {
            for (long token : kernel.epollWait(epoll, -1)) {
                if (token == 0) {
                    return;
                }
                Connection connection = connections.get(token);
                Hangup hangup = hangups.get(token);
                if (connection != null) {
                    serve(connection, buffer);
                } else if (hangup != null) {
                    hangup.happened().complete(null);
                }
            }
        }
    }

    private void serve(Connection connection, byte[] buffer) {
        try {
            if (!connection.receive(buffer)) {
                drop(connection);
            }
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "a shim connection broke", failure);
            drop(connection);
        }
    }

    private void drop(Connection connection) {
        connections.remove(connection.token());
        kernel.epollDelete(epoll, connection.socket());
        connection.ended();
    }

    @Override
    public void close() {
        kernel.write(stop, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        connections.values().forEach(Connection::abandon);
        kernel.close(stop);
        kernel.close(epoll);
    }
}
