package dev.berth.runtime.cgroup;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the text formats of cgroup files; what is not of the form is left out. */
final class StatText {
    private StatText() {}

    static long number(@Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException _) {
            return otherwise;
        }
    }

    /** Lines of {@code name number}. */
    static Map<String, Long> flatKeyed(@Nullable String text) {
        Map<String, Long> values = new HashMap<>();
        if (text == null) {
            return values;
        }
        for (String line : text.split("\n", -1)) {
            int blank = line.indexOf(' ');
            long value = blank < 0 ? -1 : number(line.substring(blank + 1), -1);
            if (value >= 0) {
                values.put(line.substring(0, blank), value);
            }
        }
        return values;
    }
}
