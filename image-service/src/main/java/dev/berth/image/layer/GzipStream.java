package dev.berth.image.layer;

import dev.berth.image.stream.BlockStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip with any number of members. The JDK's own stream decides by {@code available()} whether another member
 * follows, which over a network loses the rest of the file; this one reads until the end.
 */
final class GzipStream extends BlockStream {
    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int LONGEST_NAME = 1 << 16;

    private final InputStream in;
    private final byte[] input = new byte[1 << 16];
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private int at;
    private int end;
    private boolean done;

    GzipStream(InputStream in) throws IOException {
        this.in = in;
        header();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        while (!done) {
            int got = inflate(into, offset, length);
            if (got > 0) {
                crc.update(into, offset, got);
                return got;
            }
        }
        return -1;
    }

    private int inflate(byte[] into, int offset, int length) throws IOException {
        int got;
        try {
            got = inflater.inflate(into, offset, length);
        } catch (DataFormatException e) {
            throw new IOException("the gzip data is damaged: " + e.getMessage(), e);
        }
        if (got == 0 && inflater.finished()) {
            trailer();
        } else if (got == 0 && inflater.needsInput()) {
            at = end;
            if (!refill()) {
                throw new EOFException("the gzip data ends too early");
            }
            inflater.setInput(input, at, end - at);
        } else if (got == 0 && inflater.needsDictionary()) {
            throw new IOException("the gzip data asks for a dictionary");
        }
        return got;
    }

    private void trailer() throws IOException {
        at = end - inflater.getRemaining();
        long sum = littleEndian();
        long size = littleEndian();
        if (sum != crc.getValue() || size != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
            throw new IOException("the gzip data does not match its checksum");
        }
        if (at == end && !refill()) {
            done = true;
            return;
        }
        header();
    }

    private void header() throws IOException {
        if (next() != 0x1F || next() != 0x8B || next() != 8) {
            throw new IOException("the data is not gzip");
        }
        int flags = next();
        skip(6);
        if ((flags & FEXTRA) != 0) {
            skip(next() | (next() << 8));
        }
        if ((flags & FNAME) != 0) {
            skipText();
        }
        if ((flags & FCOMMENT) != 0) {
            skipText();
        }
        if ((flags & FHCRC) != 0) {
            skip(2);
        }
        inflater.reset();
        crc.reset();
        inflater.setInput(input, at, end - at);
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        for (int i = 0; i < LONGEST_NAME; i++) {
            if (next() == 0) {
                return;
            }
        }
        throw new IOException("the gzip header has an endless name");
    }

    private long littleEndian() throws IOException {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (long) next() << (8 * i);
        }
        return value;
    }

    private int next() throws IOException {
        if (at == end && !refill()) {
            throw new EOFException("the gzip data ends too early");
        }
        return input[at++] & 0xFF;
    }

    private boolean refill() throws IOException {
        int got = in.read(input, 0, input.length);
        at = 0;
        end = Math.max(got, 0);
        return got > 0;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
