package dev.berth.runtime.user;

import dev.berth.runtime.kernel.OsString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines of colon-separated fields, as passwd(5) and group(5) have them, out of bytes that an image wrote. */
final class ColonFile {
    /** Larger files are refused: an image may carry a sparse passwd of many gigabytes. */
    static final int MAX_BYTES = 1 << 20;

    static final int MAX_LINES = 16_384;

    private ColonFile() {}

    /** The fields of every line that has at least {@code fields} of them; comments, empty and shorter lines are left out. */
    static List<String[]> lines(String file, byte[] bytes, int fields) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "%s of the image has %d bytes; at most %d are read".formatted(file, bytes.length, MAX_BYTES));
        }
        List<String[]> lines = new ArrayList<>();
        int start = 0;
        for (int count = 0; start < bytes.length; count++) {
            if (count == MAX_LINES) {
                throw new IllegalArgumentException(
                        "%s of the image has more than %d lines; that is the most that is read"
                                .formatted(file, MAX_LINES));
            }
            int end = endOfLine(bytes, start);
            add(lines, OsString.decode(Arrays.copyOfRange(bytes, start, end)), fields);
            start = end + 1;
        }
        return lines;
    }

    private static int endOfLine(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private static void add(List<String[]> lines, String line, int fields) {
        String[] parts = line.split(":", -1);
        if (!line.startsWith("#") && parts.length >= fields) {
            lines.add(parts);
        }
    }
}
