package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Kernel;
import org.jspecify.annotations.Nullable;

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

    /** Moves bytes from a pipe to the client without a copy. */
    @FunctionalInterface
    interface Splice {
        /**
         * Sends the next {@code count} bytes of a pipe, which holds them and which nobody else reads; returns when the kernel has
         * moved them to the connection.
         *
         * @throws ClientGone when nobody can receive them any more
         */
        void move(int pipe, int count) throws InterruptedException, ClientGone;
    }

    /** The way without a copy; null where there is none, as through TLS. */
    default @Nullable Splice splice(Kernel kernel) {
        return null;
    }

    /** Says that nothing follows. Never waits; a second call does nothing. */
    void end();
}
