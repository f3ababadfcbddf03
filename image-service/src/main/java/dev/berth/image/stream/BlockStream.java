package dev.berth.image.stream;

import java.io.IOException;
import java.io.InputStream;

/** A stream that is made to be read in blocks, and gives a single byte by reading a block of one. */
public abstract class BlockStream extends InputStream {
    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public abstract int read(byte[] into, int offset, int length) throws IOException;
}
