package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.runtime.kernel.OsString;
import java.util.Arrays;

/** One 512-byte header of a tar archive: v7, POSIX ustar or GNU. */
final class TarHeader {
    static final int BLOCK = 512;

    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int MAGIC_AT = 257;

    private final byte[] block;
    private final String what;

    /**
     * Checks the sum of a header.
     *
     * @param what names the archive in failures
     */
    TarHeader(byte[] block, String what) {
        this.block = block;
        this.what = what;
        if (!sumMatches()) {
            throw corrupt("has a header with a wrong checksum");
        }
    }

    static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Old archivers added signed bytes; either sum is good. */
    private boolean sumMatches() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean inSum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH;
            unsigned += inSum ? ' ' : block[i] & 0xFF;
            signed += inSum ? ' ' : block[i];
        }
        long said = number(CHECKSUM_AT, CHECKSUM_LENGTH);
        return said == unsigned || said == signed;
    }

    char type() {
        return (char) (block[156] & 0xFF);
    }

    /** The name, with the prefix that only POSIX archives have. */
    String name() {
        String name = text(0, 100);
        String prefix = isPosix() ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String linkName() {
        return text(157, 100);
    }

    int mode() {
        return (int) number(100, 8) & 07777;
    }

    long uid() {
        return number(108, 8);
    }

    long gid() {
        return number(116, 8);
    }

    long size() {
        long size = number(124, 12);
        if (size < 0) {
            throw corrupt("has an entry of negative size");
        }
        return size;
    }

    long seconds() {
        return number(136, 12);
    }

    long deviceMajor() {
        return number(329, 8);
    }

    long deviceMinor() {
        return number(337, 8);
    }

    private boolean isPosix() {
        return block[MAGIC_AT] == 'u' && block[MAGIC_AT + 1] == 's' && block[MAGIC_AT + 5] == 0;
    }

    private String text(int at, int length) {
        int end = at;
        while (end < at + length && block[end] != 0) {
            end++;
        }
        return OsString.decode(Arrays.copyOfRange(block, at, end));
    }

    private long number(int at, int length) {
        return (block[at] & 0x80) != 0 ? binary(at, length) : octal(at, length);
    }

    /** GNU's form for what octal digits cannot hold: two's complement below the marker bit, big endian. */
    private long binary(int at, int length) {
        boolean negative = (block[at] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            int b = block[at + i] & 0xFF;
            int digit = i == 0 && !negative ? b & 0x7F : b;
            if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
                throw corrupt("has a number that is too large");
            }
            value = (value << 8) | digit;
        }
        return value;
    }

    private long octal(int at, int length) {
        int i = at;
        while (i < at + length && (block[i] == ' ' || block[i] == 0)) {
            i++;
        }
        long value = 0;
        while (i < at + length && block[i] != ' ' && block[i] != 0) {
            if (block[i] < '0' || block[i] > '7') {
                throw corrupt("has a number with something other than octal digits");
            }
            value = value * 8 + (block[i] - '0');
            i++;
        }
        return value;
    }

    private ImageFailure corrupt(String why) {
        return new ImageFailure(ImageFailure.Kind.CORRUPT, what + " " + why);
    }
}
