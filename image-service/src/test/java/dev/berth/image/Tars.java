package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Writes tar archives block by block, also those that no archiver would write. */
public final class Tars {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int mode = 0644;
    private long uid;
    private long gid;
    private long seconds = 1_000_000_000;
    private long major;
    private long minor;

    /** Attributes of the entries that follow. */
    public Tars with(int newMode, long newUid, long newGid) {
        mode = newMode;
        uid = newUid;
        gid = newGid;
        return this;
    }

    public Tars at(long newSeconds) {
        seconds = newSeconds;
        return this;
    }

    public Tars file(String name, String content) {
        return entry('0', name, "", content.getBytes(UTF_8));
    }

    public Tars directory(String name) {
        return entry('5', name, "", new byte[0]);
    }

    public Tars symlink(String name, String target) {
        return entry('2', name, target, new byte[0]);
    }

    public Tars hardLink(String name, String target) {
        return entry('1', name, target, new byte[0]);
    }

    public Tars device(char type, String name, long newMajor, long newMinor) {
        major = newMajor;
        minor = newMinor;
        entry(type, name, "", new byte[0]);
        major = 0;
        minor = 0;
        return this;
    }

    /** PAX records for the next entry: key, value, key, value... */
    public Tars pax(String... records) {
        return entry('x', "pax", "", paxRecords(records));
    }

    public static byte[] paxRecords(String... records) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < records.length; i += 2) {
            byte[] rest = (" " + records[i] + "=" + records[i + 1] + "\n").getBytes(UTF_8);
            int length = rest.length + 1;
            while (Integer.toString(length).length() + rest.length != length) {
                length++;
            }
            body.writeBytes(Integer.toString(length).getBytes(UTF_8));
            body.writeBytes(rest);
        }
        return body.toByteArray();
    }

    public Tars gnuLongName(String name) {
        return entry('L', "././@LongLink", "", (name + "\0").getBytes(UTF_8));
    }

    public Tars gnuLongLink(String name) {
        return entry('K', "././@LongLink", "", (name + "\0").getBytes(UTF_8));
    }

    public Tars entry(char type, String name, String link, byte[] content) {
        return raw(header(type, name, link, content.length)).content(content);
    }

    public Tars raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private Tars content(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    /** A header whose size need not be true. */
    public byte[] header(char type, String name, String link, long size) {
        byte[] block = new byte[512];
        put(block, 0, 100, name.getBytes(UTF_8));
        number(block, 100, 8, mode);
        number(block, 108, 8, uid);
        number(block, 116, 8, gid);
        number(block, 124, 12, size);
        number(block, 136, 12, seconds);
        block[156] = (byte) type;
        put(block, 157, 100, link.getBytes(UTF_8));
        put(block, 257, 6, "ustar".getBytes(UTF_8));
        put(block, 263, 2, "00".getBytes(UTF_8));
        number(block, 329, 8, major);
        number(block, 337, 8, minor);
        return summed(block);
    }

    /** The block with its checksum put right. */
    public static byte[] summed(byte[] block) {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xFF;
        }
        put(block, 148, 8, "%06o\0 ".formatted(sum).getBytes(UTF_8));
        return block;
    }

    private static void put(byte[] block, int at, int length, byte[] value) {
        System.arraycopy(value, 0, block, at, Math.min(value.length, length));
    }

    /** Octal where it fits, else GNU's binary form. */
    private static void number(byte[] block, int at, int length, long value) {
        String octal = Long.toOctalString(value);
        if (value >= 0 && octal.length() < length) {
            put(block, at, length, ("0".repeat(length - 1 - octal.length()) + octal).getBytes(UTF_8));
            return;
        }
        for (int i = 0; i < length; i++) {
            int shift = 8 * (length - 1 - i);
            block[at + i] = (byte) (shift >= 64 ? value >> 63 : value >> shift);
        }
        block[at] |= (byte) 0x80;
    }

    public byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        whole.writeBytes(new byte[1024]);
        return whole.toByteArray();
    }

    /** What was written so far, without the end of an archive. */
    public byte[] unfinished() {
        return out.toByteArray();
    }

    public static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
