package dev.berth.cri.streaming;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;

/** What streams lead to: commands in containers, containers, and ports of pods. */
public interface StreamTargets {
    /**
     * Says what is wrong with a request, before a URL is given out for it.
     *
     * @throws CriFailure when it cannot be granted now
     */
    void checkExec(ExecRequest request);

    /**
     * As {@link #checkExec}.
     *
     * @throws CriFailure when it cannot be granted now
     */
    void checkAttach(AttachRequest request);

    /**
     * As {@link #checkExec}.
     *
     * @throws CriFailure when it cannot be granted now
     */
    void checkPortForward(PortForwardRequest request);

    /**
     * Starts the command.
     *
     * @throws CriFailure when it cannot be started; nothing of it is left
     */
    ProcessStreams exec(ExecRequest request) throws InterruptedException;

    /**
     * Follows the container's first process.
     *
     * @throws CriFailure when the container does not run (any more)
     */
    ProcessStreams attach(AttachRequest request) throws InterruptedException;

    /**
     * Connects to a port of a pod's loopback.
     *
     * @param port 1 to 65535
     * @return a connected, blocking socket in the pod's network namespace; the caller closes it
     * @throws CriFailure when nothing listens there, or the pod does not run
     */
    int connect(String podSandboxId, int port) throws InterruptedException;
}
