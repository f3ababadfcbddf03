package dev.berth.cri.streaming.flow;

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

    /** Says that nothing follows. Never waits; a second call does nothing. */
    void end();
}
