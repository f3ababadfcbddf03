package dev.berth.runtime.plan;

import dev.berth.runtime.kernel.OsString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The data area of a plan: strings that end with NUL, arrays of offsets, programs. Offset 0 is the empty string. */
final class PlanData {
    static final int LIMIT = 8 * 1024 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    private final Map<String, Integer> strings = new HashMap<>();

    PlanData() {
        bytes.write(0);
    }

    int string(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        return strings.computeIfAbsent(text, this::terminated);
    }

    /** Strings directly one behind another; the offset of the first. */
    int adjacent(List<String> texts) {
        int at = bytes.size();
        texts.forEach(this::terminated);
        return at;
    }

    private int terminated(String text) {
        if (text.indexOf(0) >= 0) {
            throw new IllegalArgumentException("a string with a NUL byte cannot be part of a plan");
        }
        int at = append(OsString.encode(text));
        bytes.write(0);
        return at;
    }

    int offsets(List<String> texts) {
        int[] offsets = texts.stream().mapToInt(this::string).toArray();
        return ints(offsets);
    }

    int ints(int[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            buffer.putInt(value);
        }
        return aligned(buffer.array());
    }

    int aligned(byte[] program) {
        while (bytes.size() % 8 != 0) {
            bytes.write(0);
        }
        return append(program);
    }

    byte[] finish() {
        bytes.write(0);
        return bytes.toByteArray();
    }

    private int append(byte[] more) {
        if (bytes.size() + more.length > LIMIT) {
            throw new IllegalArgumentException(
                    "arguments, environment and mounts together take more than %d MiB; shorten them"
                            .formatted(LIMIT >> 20));
        }
        int at = bytes.size();
        bytes.writeBytes(more);
        return at;
    }
}
