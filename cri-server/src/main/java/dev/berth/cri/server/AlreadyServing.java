package dev.berth.cri.server;

/** Another process already serves the socket or owns the state directory. The message says which, and what to do. */
public final class AlreadyServing extends RuntimeException {
    AlreadyServing(String message) {
        super(message);
    }
}
