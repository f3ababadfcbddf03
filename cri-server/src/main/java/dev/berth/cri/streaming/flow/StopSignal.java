package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Kernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Ends the waits for descriptors of one session. Holds a descriptor until it is closed. Thread-safe. */
public final class StopSignal implements AutoCloseable {
    private static final byte[] ONE = ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(1)
            .array();

    private final Kernel kernel;
    private final int event;
    private boolean raised;
    private boolean closed;

    public StopSignal(Kernel kernel) {
        this.kernel = kernel;
        this.event = kernel.eventfd();
    }

    int event() {
        return event;
    }

    /** From now on every wait ends at once. */
    public synchronized void raise() {
        if (!raised && !closed) {
            raised = true;
            kernel.write(event, ONE, 0, ONE.length);
        }
    }

    /** To be called when nobody waits any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            kernel.close(event);
        }
    }
}
