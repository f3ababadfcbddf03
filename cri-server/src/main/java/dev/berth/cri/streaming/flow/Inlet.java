package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries what the client sends to a descriptor. What comes before there is a descriptor waits. When the other side takes no more,
 * the rest is dropped.
 */
public final class Inlet implements Receiver {
    /** A pipe that is ready takes as much without making the writer wait, pipe(7). */
    private static final int PIECE = 4096;

    private final ClientChannel client;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private boolean ended;
    private boolean stopped;

    public Inlet(ClientChannel client) {
        this.client = client;
    }

    @Override
    public void received(byte[] bytes) {
        lock.lock();
        try {
            if (ended || stopped || bytes.length == 0) {
                return;
            }
            waiting.add(bytes);
            client.queued(bytes.length);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ended() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits and what is still to come. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            for (byte[] bytes : waiting) {
                client.consumed(bytes.length);
            }
            waiting.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Writes on a thread of its own; {@code atEnd} runs there once, when nothing more is written. */
    public Thread start(String name, Kernel kernel, int fd, StopSignal stop, Runnable atEnd) {
        return Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                write(kernel, fd, stop);
            } catch (KernelFailure _) {
                // EPIPE and its like: nobody reads there any more.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                atEnd.run();
                stop();
            }
        });
    }

    private void write(Kernel kernel, int fd, StopSignal stop) throws InterruptedException {
        try (Readiness readiness = new Readiness(kernel, fd, Kernel.EPOLLOUT, stop)) {
            byte[] bytes = next();
            while (bytes != null) {
                try {
                    if (!write(kernel, fd, readiness, bytes)) {
                        return;
                    }
                } finally {
                    client.consumed(bytes.length);
                }
                bytes = next();
            }
        }
    }

    private static boolean write(Kernel kernel, int fd, Readiness readiness, byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            if (!readiness.await()) {
                return false;
            }
            int piece = Math.min(PIECE, bytes.length - done);
            try {
                kernel.write(fd, bytes, done, piece);
                done += piece;
            } catch (KernelFailure failure) {
                if (!failure.is(Errno.EAGAIN)) {
                    throw failure;
                }
            }
        }
        return true;
    }

    /** What comes next, null at the end. */
    private byte @Nullable [] next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !ended && !stopped) {
                changed.await();
            }
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }
}
