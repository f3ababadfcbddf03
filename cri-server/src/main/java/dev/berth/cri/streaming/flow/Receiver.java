package dev.berth.cri.streaming.flow;

/** One direction of bytes from the client. Called on the event loop, so nothing here may wait. */
public interface Receiver {
    /** Takes nothing in. */
    Receiver DISCARD = new Receiver() {
        @Override
        public void received(byte[] bytes) {}

        @Override
        public void ended() {}
    };

    /** Takes bytes over, with the array. */
    void received(byte[] bytes);

    /** Nothing follows. */
    void ended();
}
