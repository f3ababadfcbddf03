package dev.berth.image.layer;

import dev.berth.image.stream.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream on a thread of its own, a few buffers ahead, so that decompressing one layer and writing its files use two
 * cores. The source is closed by its owner, after this.
 */
final class ReadAhead extends BlockStream {
    private static final int BUFFER = 1 << 18;
    private static final int BUFFERS = 4;

    /** A filled buffer; the last one is empty and may carry the failure that ended the stream. */
    private record Filled(
            byte[] bytes, int length, @Nullable Throwable failure) {}

    private final InputStream source;
    private final ArrayBlockingQueue<Filled> filled = new ArrayBlockingQueue<>(BUFFERS + 1);
    private final ArrayBlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
    private final Thread thread;
    private @Nullable Filled current;
    private int at;

    ReadAhead(InputStream source) {
        this.source = source;
        for (int i = 0; i < BUFFERS; i++) {
            free.add(new byte[BUFFER]);
        }
        thread = Thread.ofPlatform()
                .daemon()
                .name(Thread.currentThread().getName() + "-inflate")
                .start(this::fill);
    }

    private void fill() {
        Throwable failure = null;
        try {
            int got;
            do {
                byte[] buffer = free.take();
                got = source.readNBytes(buffer, 0, buffer.length);
                if (got > 0) {
                    filled.put(new Filled(buffer, got, null));
                }
            } while (got == BUFFER);
        } catch (InterruptedException _) {
            return;
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        // There is room: the queue holds one more than there are buffers.
        filled.add(new Filled(new byte[0], 0, failure));
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        Filled from = current;
        if (from == null) {
            from = take();
            current = from;
            at = 0;
        }
        if (from.length() == 0) {
            return end(from.failure());
        }
        int got = Math.min(length, from.length() - at);
        System.arraycopy(from.bytes(), at, into, offset, got);
        at += got;
        if (at == from.length()) {
            free.add(from.bytes());
            current = null;
        }
        return got;
    }

    private Filled take() throws InterruptedIOException {
        try {
            return filled.take();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while unpacking");
        }
    }

    private static int end(@Nullable Throwable failure) throws IOException {
        return switch (failure) {
            case null -> -1;
            case IOException e -> throw new IOException(e.getMessage(), e);
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        };
    }

    /** Stops the thread and waits for it, so that the source belongs to the caller again. */
    @Override
    public void close() {
        boolean interrupted = false;
        thread.interrupt();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
