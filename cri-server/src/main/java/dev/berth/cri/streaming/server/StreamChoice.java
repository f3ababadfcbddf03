package dev.berth.cri.streaming.server;

import dev.berth.cri.failure.CriFailure;

/** Which streams a client may ask for together. */
final class StreamChoice {
    private StreamChoice() {}

    static void check(boolean stdin, boolean stdout, boolean stderr, boolean tty) {
        if (!stdin && !stdout && !stderr) {
            throw CriFailure.invalid("none of stdin, stdout and stderr is asked for; at least one is needed");
        }
        if (tty && stderr) {
            throw CriFailure.invalid("a terminal has no stderr of its own; ask for tty or stderr, not both");
        }
    }
}
