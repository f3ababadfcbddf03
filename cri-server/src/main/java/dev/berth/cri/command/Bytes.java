package dev.berth.cri.command;

import java.util.List;
import java.util.Locale;

/** Sizes for people. */
final class Bytes {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private Bytes() {}

    /** For example {@code 512 B} or {@code 1.5 MiB}. */
    static String text(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? "%d B".formatted(bytes) : String.format(Locale.ROOT, "%.1f %s", value, UNITS.get(unit));
    }
}
