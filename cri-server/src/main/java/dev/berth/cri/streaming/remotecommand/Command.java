package dev.berth.cri.streaming.remotecommand;

import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;

/**
 * What a session of exec or attach does.
 *
 * @param stdin whether the client may send; so with the others
 * @param start starts the process or attaches to it
 */
public record Command(boolean stdin, boolean stdout, boolean stderr, boolean tty, Start start) {
    /** Starts the process or attaches to it. */
    @FunctionalInterface
    public interface Start {
        /** May wait; throws CriFailure when it cannot be done. */
        ProcessStreams open() throws InterruptedException;
    }

    public static Command of(StreamTargets targets, ExecRequest request) {
        boolean stderr = request.getStderr() && !request.getTty();
        return new Command(
                request.getStdin(), request.getStdout(), stderr, request.getTty(), () -> targets.exec(request));
    }

    public static Command of(StreamTargets targets, AttachRequest request) {
        boolean stderr = request.getStderr() && !request.getTty();
        return new Command(
                request.getStdin(), request.getStdout(), stderr, request.getTty(), () -> targets.attach(request));
    }
}
