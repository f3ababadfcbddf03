package dev.berth.cri.streaming.flow;

/** The client, or the stream that it had opened, is gone. */
public final class ClientGone extends Exception {
    public ClientGone() {
        super("the client is gone", null, false, false);
    }
}
