package dev.berth.image.layer;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds out by its first bytes how a layer is compressed. Media types lie often enough that nobody goes by them, and digests are
 * checked in any case.
 */
public final class Decompression {
    private static final int ZSTD = 0xFD2FB528;
    private static final int ZSTD_SKIPPABLE = 0x184D2A50;

    private Decompression() {}

    /** The plain bytes of a stream that is gzip, zstd or plain. */
    public static InputStream of(InputStream compressed) throws IOException {
        BufferedInputStream in = new BufferedInputStream(compressed, 1 << 16);
        in.mark(4);
        byte[] magic = in.readNBytes(4);
        in.reset();
        if (magic.length >= 2 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B) {
            return new GzipStream(in);
        }
        int word = magic.length < 4 ? 0 : littleEndian(magic);
        return word == ZSTD || (word & 0xFFFFFFF0) == ZSTD_SKIPPABLE ? new ZstdInputStreamNoFinalizer(in) : in;
    }

    private static int littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }
}
