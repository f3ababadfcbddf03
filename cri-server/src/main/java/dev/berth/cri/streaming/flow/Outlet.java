package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Kernel;

/** One direction of bytes to the client. */
public interface Outlet {
    /** Takes everything and passes on nothing. */
    Outlet DISCARD = new Outlet() {
        @Override
        public void send(byte[] bytes, int length) {}

        @Override
        public void end() {}
    };

    /**
     * Sends a copy of the first {@code length} bytes; waits while the client is slow.
     *
     * @throws ClientGone when nobody can receive them any more
     */
    void send(byte[] bytes, int length) throws InterruptedException, ClientGone;

    /** Whether {@link #splice} works. */
    default boolean splices() {
        return false;
    }

    /**
     * Sends the next {@code count} bytes of a pipe, which holds them and which nobody else reads; returns when the kernel has moved
     * them to the connection.
     *
     * @throws ClientGone when nobody can receive them any more
     */
    default void splice(Kernel kernel, int pipe, int count) throws InterruptedException, ClientGone {
        throw new UnsupportedOperationException();
    }

    /** Says that nothing follows. Never waits; a second call does nothing. */
    void end();
}
