package dev.berth.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import dev.berth.image.Tars;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GzipStreamTest {
    /** Gives a few bytes at a time and never says that more are available, as a network does. */
    private static InputStream trickle(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 7));
            }

            @Override
            public synchronized int available() {
                return 0;
            }
        };
    }

    @Test
    void everyMemberIsRead() throws Exception {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.writeBytes(Tars.gzip("one ".getBytes(UTF_8)));
        members.writeBytes(Tars.gzip(new byte[0]));
        members.writeBytes(Tars.gzip("two".getBytes(UTF_8)));
        assertEquals("one two", text(members.toByteArray()));
    }

    @Test
    void headersWithNamesAreSkipped() throws Exception {
        byte[] plain = Tars.gzip("x".getBytes(UTF_8));
        ByteArrayOutputStream named = new ByteArrayOutputStream();
        named.writeBytes(new byte[] {0x1F, (byte) 0x8B, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3});
        named.writeBytes(new byte[] {3, 0, 1, 2, 3});
        named.writeBytes("name\0comment\0".getBytes(UTF_8));
        named.writeBytes(new byte[] {0, 0});
        named.write(plain, 10, plain.length - 10);
        assertEquals("x", text(named.toByteArray()));
    }

    @Test
    void muchDataComesOutAsItWentIn() throws Exception {
        byte[] data = new byte[1_000_003];
        new Random(1).nextBytes(data);
        Arrays.fill(data, 1000, 600_000, (byte) 'a');
        assertArrayEquals(data, Decompression.of(trickle(Tars.gzip(data))).readAllBytes());
        assertArrayEquals(data, Decompression.of(trickle(Zstd.compress(data))).readAllBytes());
        assertArrayEquals(data, Decompression.of(trickle(data)).readAllBytes());
    }

    @Test
    void zstdFramesFollowOneAnother() throws Exception {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        // A skippable frame first, as the formats for lazy pulling have it.
        frames.writeBytes(new byte[] {0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9});
        frames.writeBytes(Zstd.compress("one ".getBytes(UTF_8)));
        frames.writeBytes(Zstd.compress("two".getBytes(UTF_8)));
        assertEquals("one two", text(frames.toByteArray()));
    }

    @Test
    void shortStreamsArePlain() throws Exception {
        assertEquals("", text(new byte[0]));
        assertEquals("a", text("a".getBytes(UTF_8)));
    }

    @Test
    void damageIsFound() {
        byte[] good = Tars.gzip("some text, some text, some text".getBytes(UTF_8));
        for (int i = 10; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x55;
            assertThrows(IOException.class, () -> text(bad), "byte " + i);
        }
        for (int length = 3; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(IOException.class, () -> text(cut), "length " + length);
        }
        byte[] trailing = Arrays.copyOf(good, good.length + 5);
        assertThrows(IOException.class, () -> text(trailing));
    }

    @Test
    void readingAheadKeepsOrderAndFailures() throws Exception {
        byte[] data = new byte[3_000_000];
        new Random(2).nextBytes(data);
        try (ReadAhead ahead = new ReadAhead(new ByteArrayInputStream(data))) {
            assertArrayEquals(data, ahead.readAllBytes());
            assertEquals(-1, ahead.read());
        }
        InputStream failing = new FilterInputStream(new ByteArrayInputStream(new byte[300_000])) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int got = super.read(into, offset, length);
                if (got < 0) {
                    throw new IOException("broken");
                }
                return got;
            }
        };
        try (ReadAhead ahead = new ReadAhead(failing)) {
            IOException failure = assertThrows(IOException.class, ahead::readAllBytes);
            assertTrue(String.valueOf(failure.getMessage()).contains("broken"));
        }
    }

    @Test
    void closingStopsAReaderThatWaits() throws Exception {
        ReadAhead ahead = new ReadAhead(new ByteArrayInputStream(new byte[10_000_000]));
        assertEquals(0, ahead.read());
        ahead.close();
    }

    private static String text(byte[] compressed) throws IOException {
        return new String(Decompression.of(trickle(compressed)).readAllBytes(), UTF_8);
    }
}
