package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Computes the digest of what is read through it. */
final class DigestedStream extends FilterInputStream {
    private final @Nullable Digest expected;
    private final @Nullable MessageDigest sum;
    private final LongConsumer progress;
    private long count;

    /**
     * @param expected what the bytes should be; null to let anything pass
     * @param progress is told the number of bytes of each read
     */
    DigestedStream(InputStream in, @Nullable Digest expected, LongConsumer progress) {
        super(in);
        this.expected = expected;
        this.sum = expected == null ? null : expected.newMessageDigest();
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int got = in.read(into, offset, length);
        if (got > 0) {
            if (sum != null) {
                sum.update(into, offset, got);
            }
            count += got;
            progress.accept(got);
        }
        return got;
    }

    /** Skips by reading, so that skipped bytes count. */
    @Override
    public long skip(long wanted) throws IOException {
        byte[] scratch = new byte[(int) Math.min(Math.max(wanted, 0), 1 << 14)];
        long skipped = 0;
        while (skipped < wanted) {
            int got = read(scratch, 0, (int) Math.min(scratch.length, wanted - skipped));
            if (got < 0) {
                break;
            }
            skipped += got;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Leaves the source open: it is its owner's. */
    @Override
    public void close() {
        // The bytes after a failure are still wanted for the digest.
    }

    /** Reads to the end. */
    void drain() throws IOException {
        byte[] scratch = new byte[1 << 16];
        while (read(scratch, 0, scratch.length) >= 0) {
            // Only the digest matters.
        }
    }

    /**
     * Compares, once everything was read.
     *
     * @param what names the bytes in the failure
     */
    void check(String what) {
        if (expected == null || sum == null) {
            return;
        }
        Digest actual = Digest.of(expected.algorithm(), sum.digest());
        if (!actual.equals(expected)) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s should be %s, but its %d bytes are %s".formatted(what, expected, count, actual));
        }
    }

    long count() {
        return count;
    }
}
