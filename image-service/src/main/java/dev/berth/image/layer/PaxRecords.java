package dev.berth.image.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.image.failure.ImageFailure;
import dev.berth.runtime.kernel.OsString;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The records of a PAX header, which replace fields of the header after them. */
final class PaxRecords {
    private static final String SCHILY = "SCHILY.xattr.";
    private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";
    private static final int MOST_XATTRS = 256;

    private final String what;
    private final Map<String, byte[]> records = new HashMap<>();

    PaxRecords(String what) {
        this.what = what;
    }

    /** Adds records of the form {@code length key=value\n}; an empty value takes a record away. */
    void add(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int space = indexOf(bytes, (byte) ' ', at, Math.min(bytes.length, at + 10));
            int end = at + length(bytes, at, space);
            if (end > bytes.length || end < space + 3 || bytes[end - 1] != '\n') {
                throw malformed();
            }
            int equals = indexOf(bytes, (byte) '=', space + 1, end);
            if (equals < 0) {
                throw malformed();
            }
            put(
                    OsString.decode(Arrays.copyOfRange(bytes, space + 1, equals)),
                    Arrays.copyOfRange(bytes, equals + 1, end - 1));
            at = end;
        }
    }

    private void put(String key, byte[] value) {
        if (key.startsWith("GNU.sparse.")) {
            throw new ImageFailure(ImageFailure.Kind.UNSUPPORTED, what + " has a sparse file, which images do not use");
        }
        if (value.length == 0) {
            records.remove(key);
        } else {
            records.put(key, value);
        }
    }

    void addAll(PaxRecords others) {
        records.putAll(others.records);
    }

    private int length(byte[] bytes, int at, int space) {
        String digits = space <= at ? "" : new String(bytes, at, space - at, US_ASCII);
        if (!digits.matches("[0-9]{1,9}")) {
            throw malformed();
        }
        return Integer.parseInt(digits);
    }

    private static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** A name made of any bytes but NUL; null when there is no such record. */
    @Nullable
    String name(String key) {
        byte[] value = records.get(key);
        if (value != null && indexOf(value, (byte) 0, 0, value.length) >= 0) {
            throw malformed();
        }
        return value == null ? null : OsString.decode(value);
    }

    long number(String key, long absent) {
        byte[] value = records.get(key);
        if (value == null) {
            return absent;
        }
        String digits = new String(value, US_ASCII);
        if (!digits.matches("[0-9]{1,18}")) {
            throw malformed();
        }
        return Long.parseLong(digits);
    }

    /** Seconds and nanoseconds of a time with or without a fraction; null when there is no such record. */
    long @Nullable [] time(String key) {
        byte[] value = records.get(key);
        if (value == null) {
            return null;
        }
        String text = new String(value, US_ASCII);
        if (!text.matches("-?[0-9]{1,17}(\\.[0-9]{0,40})?")) {
            throw malformed();
        }
        int point = text.indexOf('.');
        long seconds = Long.parseLong(point < 0 ? text : text.substring(0, point));
        String fraction = (point < 0 ? "" : text.substring(point + 1)) + "000000000";
        long nanoseconds = Long.parseLong(fraction.substring(0, 9));
        boolean negative = text.charAt(0) == '-' && nanoseconds != 0;
        return negative ? new long[] {seconds - 1, 1_000_000_000 - nanoseconds} : new long[] {seconds, nanoseconds};
    }

    /** Extended attributes, in either of the two spellings that are in use. */
    Map<String, byte[]> xattrs() {
        Map<String, byte[]> xattrs = new HashMap<>();
        records.forEach((key, value) -> {
            if (key.startsWith(SCHILY)) {
                xattrs.put(key.substring(SCHILY.length()), value);
            } else if (key.startsWith(LIBARCHIVE)) {
                xattrs.putIfAbsent(URLDecoder.decode(key.substring(LIBARCHIVE.length()), UTF_8), decoded(value));
            }
        });
        if (xattrs.size() > MOST_XATTRS) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s has a file with more than %d extended attributes".formatted(what, MOST_XATTRS));
        }
        return xattrs;
    }

    private byte[] decoded(byte[] base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw malformed();
        }
    }

    private ImageFailure malformed() {
        return new ImageFailure(ImageFailure.Kind.CORRUPT, what + " has a malformed PAX header");
    }
}
