package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes that wait in a pipe, to be written to a socket: Netty calls {@link #transferTo} on the connection's event loop whenever the
 * socket has room, and the kernel moves them without a copy. The pipe stays its owner's.
 */
final class PipeRegion extends AbstractReferenceCounted implements FileRegion {
    private final Kernel kernel;
    private final int pipe;
    private final int socket;
    private final int count;
    private int moved;
    private boolean forgotten;

    /** The pipe holds at least {@code count} bytes, and nobody else reads it. */
    PipeRegion(Kernel kernel, int pipe, int socket, int count) {
        this.kernel = kernel;
        this.pipe = pipe;
        this.socket = socket;
        this.count = count;
    }

    @Override
    public synchronized long transferTo(WritableByteChannel target, long position) throws IOException {
        if (forgotten) {
            throw new IOException("the reader of the pipe is gone");
        }
        try {
            int now = kernel.splice(pipe, socket, count - moved);
            if (now == 0) {
                throw new IOException("the pipe ended before its bytes did");
            }
            moved += Math.max(0, now);
            return Math.max(0, now);
        } catch (KernelFailure failure) {
            throw new IOException(failure);
        }
    }

    /** Returns when the pipe is touched no more, so that it may be closed. */
    synchronized void forget() {
        forgotten = true;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public synchronized long transferred() {
        return moved;
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester")
    public long transfered() {
        return transferred();
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }

    @Override
    protected void deallocate() {}
}
