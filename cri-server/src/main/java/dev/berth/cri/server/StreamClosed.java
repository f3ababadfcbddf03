package dev.berth.cri.server;

/** The receiver of a stream is gone, or the server stops: nothing more can be sent. Not a failure of the sender. */
public final class StreamClosed extends RuntimeException {
    StreamClosed(String message) {
        super(message);
    }
}
