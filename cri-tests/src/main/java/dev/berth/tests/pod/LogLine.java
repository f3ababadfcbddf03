package dev.berth.tests.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of a CRI log file.
 *
 * @param time when the runtime read it
 * @param stream stdout or stderr
 * @param tag F for the end of a line, P for a part of one
 * @param text what was written
 */
public record LogLine(Instant time, String stream, String tag, String text) {

    /** Reads one line; anything but the format of the CRI is an error. */
    public static LogLine parse(String line) {
        String[] parts = line.split(" ", 4);
        if (parts.length != 4 || !parts[1].matches("stdout|stderr") || !parts[2].matches("[FP]")) {
            throw new IllegalArgumentException("'%s' is not a CRI log line".formatted(line));
        }
        return new LogLine(Instant.parse(parts[0]), parts[1], parts[2], parts[3]);
    }

    /** All lines of a file; an unfinished last line is an error. */
    public static List<LogLine> read(Path file) throws IOException {
        String text = Files.readString(file);
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IllegalArgumentException("The log %s ends inside a line".formatted(file));
        }
        List<LogLine> lines = new ArrayList<>();
        text.lines().forEach(line -> lines.add(parse(line)));
        return lines;
    }
}
