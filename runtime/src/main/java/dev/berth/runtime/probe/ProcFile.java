package dev.berth.runtime.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files of /proc and /sys. */
final class ProcFile {
    private ProcFile() {}

    /** The file's text without blanks around it, or an empty string when it cannot be read. */
    static String read(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException _) {
            return "";
        }
    }

    /** The value of a line {@code name: value} of {@code /proc/self/status}. */
    static String status(String name) {
        return read("/proc/self/status")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
