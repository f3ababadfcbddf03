package dev.berth.image.registry;

import dev.berth.image.stream.BlockStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, read as it arrives. A read that gets no byte for the progress timeout fails, so that a server that
 * falls silent cannot hold a pull. At most {@value #AHEAD} chunks wait in memory.
 */
final class BodyStream extends BlockStream implements BodySubscriber<BodyStream> {
    private static final int AHEAD = 16;
    private static final long LONGEST_DISCARDED = 1 << 16;

    private sealed interface Event {
        record Bytes(List<ByteBuffer> buffers) implements Event {}

        record End(@Nullable Throwable failure) implements Event {}
    }

    private final Duration progressTimeout;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<BodyStream> body = CompletableFuture.completedFuture(this);
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;
    private List<ByteBuffer> current = List.of();
    private int next;
    private Event.@Nullable End end;

    BodyStream(Duration progressTimeout) {
        this.progressTimeout = progressTimeout;
    }

    @Override
    public CompletionStage<BodyStream> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        events.add(new Event.Bytes(buffers));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new Event.End(failure));
    }

    @Override
    public void onComplete() {
        events.add(new Event.End(null));
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        ByteBuffer buffer = buffer();
        if (buffer == null) {
            return -1;
        }
        int got = Math.min(length, buffer.remaining());
        buffer.get(into, offset, got);
        return got;
    }

    /** The next buffer with bytes in it; null at the end. */
    private @Nullable ByteBuffer buffer() throws IOException {
        while (true) {
            while (next < current.size()) {
                ByteBuffer buffer = current.get(next);
                if (buffer.hasRemaining()) {
                    return buffer;
                }
                next++;
            }
            if (end != null) {
                return null;
            }
            await();
        }
    }

    private void await() throws IOException {
        Flow.Subscription from = subscription;
        if (closed) {
            throw new IOException("the body is closed");
        }
        switch (poll()) {
            case null ->
                throw new IOException("no byte came for %d s".formatted(Math.max(1, progressTimeout.toSeconds())));
            case Event.Bytes bytes -> {
                current = bytes.buffers();
                next = 0;
                if (from != null) {
                    from.request(1);
                }
            }
            case Event.End ended -> {
                if (ended.failure() != null) {
                    throw new IOException(String.valueOf(ended.failure().getMessage()), ended.failure());
                }
                end = ended;
            }
        }
    }

    private @Nullable Event poll() throws InterruptedIOException {
        try {
            return events.poll(progressTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading from the registry");
        }
    }

    /** Throws a short body away, which leaves the connection to the next request; a long one is cut off. */
    void discard() {
        try (this) {
            skip(LONGEST_DISCARDED);
        } catch (IOException _) {
            // Nobody wants these bytes.
        }
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription from = subscription;
        if (from != null) {
            from.cancel();
        }
        events.clear();
    }
}
