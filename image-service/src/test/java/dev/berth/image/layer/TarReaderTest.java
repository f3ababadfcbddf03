package dev.berth.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.Tars;
import dev.berth.image.failure.ImageFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TarReaderTest {
    @Test
    void entriesAreReadWithTheirContent() throws Exception {
        TarReader reader = reader(new Tars()
                .with(04755, 5, 6)
                .file("bin/su", "hello")
                .directory("tmp/")
                .symlink("a", "b")
                .bytes());
        TarEntry file = next(reader);
        assertEquals(TarEntry.Type.REGULAR, file.type());
        assertEquals("bin/su", file.path());
        assertEquals(04755, file.mode());
        assertEquals(5, file.uid());
        assertEquals(6, file.gid());
        assertEquals(1_000_000_000, file.seconds());
        assertEquals("hello", content(reader));
        assertEquals(TarEntry.Type.DIRECTORY, next(reader).type());
        assertEquals("b", next(reader).linkPath());
        assertNull(reader.next());
    }

    @Test
    void contentThatNobodyReadsIsSkipped() throws Exception {
        TarReader reader =
                reader(new Tars().file("a", "x".repeat(5000)).file("b", "yes").bytes());
        next(reader);
        assertEquals("b", next(reader).path());
        assertEquals("yes", content(reader));
    }

    @Test
    void gnuNamesAreJoined() throws Exception {
        String longName = "d/".repeat(200) + "file";
        TarReader reader = reader(new Tars()
                .gnuLongName(longName)
                .gnuLongLink("t/".repeat(100) + "t")
                .symlink("short", "short")
                .file("next", "")
                .bytes());
        TarEntry entry = next(reader);
        assertEquals(longName, entry.path());
        assertEquals("t/".repeat(100) + "t", entry.linkPath());
        assertEquals("next", next(reader).path());
    }

    @Test
    void paxRecordsReplaceFields() throws Exception {
        TarReader reader = reader(new Tars()
                .pax("path", "größe", "uid", "3000000000", "gid", "7", "mtime", "-1.25", "SCHILY.xattr.user.a", "1=2")
                .file("short", "abc")
                .file("next", "")
                .bytes());
        TarEntry entry = next(reader);
        assertEquals("größe", entry.path());
        assertEquals(3_000_000_000L, Integer.toUnsignedLong(entry.uid()));
        assertEquals(7, entry.gid());
        assertEquals(-2, entry.seconds());
        assertEquals(750_000_000, entry.nanoseconds());
        assertArrayEquals("1=2".getBytes(UTF_8), entry.xattrs().get("user.a"));
        assertEquals("abc", content(reader));
        TarEntry plain = next(reader);
        assertEquals("next", plain.path());
        assertEquals(0, plain.uid());
    }

    @Test
    void libarchivesAttributesAreDecoded() throws Exception {
        TarReader reader = reader(new Tars()
                .pax("LIBARCHIVE.xattr.user.a%20b", "aGk=")
                .file("f", "")
                .bytes());
        assertArrayEquals("hi".getBytes(UTF_8), next(reader).xattrs().get("user.a b"));
    }

    @Test
    void globalRecordsHoldForAllThatFollow() throws Exception {
        TarReader reader = reader(new Tars()
                .entry('g', "global", "", Tars.paxRecords("uid", "42", "comment", "x"))
                .file("a", "")
                .pax("uid", "43")
                .file("b", "")
                .file("c", "")
                .bytes());
        assertEquals(42, next(reader).uid());
        assertEquals(43, next(reader).uid());
        assertEquals(42, next(reader).uid());
    }

    @Test
    void thePosixPrefixComesBeforeTheName() throws Exception {
        Tars tars = new Tars();
        byte[] header = tars.header('0', "name", "", 0);
        System.arraycopy("some/prefix".getBytes(UTF_8), 0, header, 345, 11);
        assertEquals(
                "some/prefix/name",
                next(reader(tars.raw(Tars.summed(header)).bytes())).path());
        // GNU keeps times where POSIX has the prefix.
        Arrays.fill(header, 257, 265, (byte) ' ');
        System.arraycopy("ustar".getBytes(UTF_8), 0, header, 257, 5);
        assertEquals(
                "name",
                next(reader(new Tars().raw(Tars.summed(header)).bytes())).path());
    }

    @Test
    void numbersBeyondOctalAreRead() throws Exception {
        TarEntry entry = next(reader(new Tars()
                .with(0644, 4_000_000_000L, 0)
                .at(-86400)
                .file("a", "")
                .bytes()));
        assertEquals(4_000_000_000L, Integer.toUnsignedLong(entry.uid()));
        assertEquals(-86400, entry.seconds());
    }

    @Test
    void devicesAreNumberedAsTheKernelDoes() throws Exception {
        TarEntry entry = next(reader(new Tars().device('4', "sda", 8, 300).bytes()));
        assertEquals(TarEntry.Type.BLOCK_DEVICE, entry.type());
        assertEquals((8L << 8) | (300 & 0xFF) | (256L << 12), entry.device());
    }

    @Test
    void anArchiveMayEndWithoutZeroes() throws Exception {
        TarReader reader = reader(new Tars().file("a", "x").unfinished());
        assertEquals("a", next(reader).path());
        assertNull(reader.next());
        assertNull(reader(new byte[0]).next());
    }

    @Test
    void aTruncatedArchiveIsCorrupt() throws Exception {
        byte[] whole = new Tars().file("a", "x".repeat(2000)).unfinished();
        for (int length : new int[] {1, 511, 513, 1024, 2000}) {
            corrupt(Arrays.copyOf(whole, length), "ends in the middle");
        }
    }

    @Test
    void damagedHeadersAreCorrupt() throws Exception {
        byte[] damaged = new Tars().file("a", "x").bytes();
        damaged[0] ^= 1;
        corrupt(damaged, "checksum");
        corrupt(new Tars().pax("size", "-1").file("a", "").bytes(), "PAX");
        corrupt(
                new Tars()
                        .entry('x', "p", "", "9999 a=b\n".getBytes(UTF_8))
                        .file("a", "")
                        .bytes(),
                "PAX");
        corrupt(
                new Tars()
                        .entry('x', "p", "", "5 a=b".getBytes(UTF_8))
                        .file("a", "")
                        .bytes(),
                "PAX");
        corrupt(
                new Tars()
                        .entry('x', "p", "", "nonsense".getBytes(UTF_8))
                        .file("a", "")
                        .bytes(),
                "PAX");
        corrupt(new Tars().pax("path", "a\0b").file("a", "").bytes(), "PAX");
        corrupt(new Tars().pax("LIBARCHIVE.xattr.user.a", "a").file("a", "").bytes(), "PAX");
    }

    @Test
    void everythingIsBounded() throws Exception {
        Tars tars = new Tars();
        corrupt(tars.raw(tars.header('x', "p", "", 1L << 40)).bytes(), "more than");
        corrupt(new Tars().gnuLongName("x".repeat(5000)).file("a", "").bytes(), "path of more than 4096");
        corrupt(new Tars().pax("uid", "4294967295").file("a", "").bytes(), "owner");
        corrupt(new Tars().device('3', "n", 5000, 0).bytes(), "device");
        Tars headers = new Tars();
        for (int i = 0; i < 20; i++) {
            headers.pax("comment", "x");
        }
        corrupt(headers.file("a", "").bytes(), "headers before one entry");
        String[] many = new String[2 * 300];
        for (int i = 0; i < 300; i++) {
            many[2 * i] = "SCHILY.xattr.user.a" + i;
            many[2 * i + 1] = "x";
        }
        corrupt(new Tars().pax(many).file("a", "").bytes(), "extended attributes");
    }

    @Test
    void whatImagesDoNotUseIsRefused() throws Exception {
        unsupported(new Tars().entry('S', "sparse", "", new byte[0]).bytes(), "sparse");
        unsupported(new Tars().pax("GNU.sparse.major", "1").file("a", "").bytes(), "sparse");
        unsupported(new Tars().entry('M', "multi", "", new byte[0]).bytes(), "unknown type 0x4d");
    }

    @Test
    void noisyBytesNeverDoWorseThanFail() throws Exception {
        Random random = new Random(7);
        byte[] good = new Tars()
                .pax("path", "x/y", "mtime", "1.5")
                .file("a", "content")
                .gnuLongName("y".repeat(200))
                .file("b", "c")
                .bytes();
        for (int i = 0; i < 3000; i++) {
            byte[] bad = good.clone();
            for (int j = 0; j < 3; j++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            // Half of them get a good checksum, to come further than the first check.
            if (i % 2 == 0) {
                Tars.summed(Arrays.copyOf(bad, 512));
                System.arraycopy(Tars.summed(Arrays.copyOf(bad, 512)), 0, bad, 0, 512);
            }
            try {
                TarReader reader = reader(bad);
                while (reader.next() != null) {
                    content(reader);
                }
            } catch (ImageFailure e) {
                assertNotNull(e.getMessage());
            }
        }
    }

    private static void corrupt(byte[] tar, String why) throws IOException {
        fails(tar, ImageFailure.Kind.CORRUPT, why);
    }

    private static void unsupported(byte[] tar, String why) throws IOException {
        fails(tar, ImageFailure.Kind.UNSUPPORTED, why);
    }

    private static void fails(byte[] tar, ImageFailure.Kind kind, String why) {
        ImageFailure failure = assertThrows(ImageFailure.class, () -> {
            TarReader reader = reader(tar);
            while (reader.next() != null) {
                content(reader);
            }
        });
        assertEquals(kind, failure.kind(), failure.getMessage());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }

    private static TarReader reader(byte[] tar) {
        return new TarReader(new ByteArrayInputStream(tar), "test.tar");
    }

    private static TarEntry next(TarReader reader) throws IOException {
        TarEntry entry = reader.next();
        assertNotNull(entry);
        return entry;
    }

    private static String content(TarReader reader) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[100];
        int got;
        while ((got = reader.read(buffer, 0, buffer.length)) >= 0) {
            out.write(buffer, 0, got);
        }
        return out.toString(UTF_8);
    }
}
