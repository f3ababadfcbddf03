package dev.berth.runtime.selinux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A file of {@code NAME = "VALUE"} lines, as SELinux keeps its settings. */
final class LabelFile {
    private LabelFile() {}

    /** What it says; nothing when there is no such file. */
    static Map<String, String> read(Path file) {
        try {
            return Files.isRegularFile(file) ? parse(Files.readString(file)) : Map.of();
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be read".formatted(file), failure);
        }
    }

    static Map<String, String> parse(String text) {
        Map<String, String> values = new HashMap<>();
        text.lines().map(String::strip).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#' && line.charAt(0) != ';') {
                String value = line.substring(equals + 1).strip();
                values.put(line.substring(0, equals).strip(), unquoted(value));
            }
        });
        return values;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
