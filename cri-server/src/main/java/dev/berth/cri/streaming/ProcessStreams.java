package dev.berth.cri.streaming;

/**
 * The standard streams of a process, as descriptors that the caller owns and closes, each exactly once, and blocking. Whoever got
 * it closes it too, whatever happened before.
 */
public interface ProcessStreams extends AutoCloseable {
    /** The write end of its standard input, or -1 when it has none. Closing it is the end of the input. */
    int stdin();

    /** The read end of its standard output, or -1. A terminal's whole output is read here; its end may be EIO. */
    int stdout();

    /** The read end of its standard error, or -1. */
    int stderr();

    /** Sets the size of its terminal in characters; without one it does nothing. */
    void resize(int width, int height);

    /**
     * Waits for the end.
     *
     * @return of an exec, the exit code, once all that it wrote is in the pipes; of an attach, the container's exit code, or 0
     *     when it is the attachment that has ended
     */
    int awaitExit() throws InterruptedException;

    /** The client is gone: an exec that still runs is killed with all it started, an attach is detached. Idempotent. */
    @Override
    void close();
}
