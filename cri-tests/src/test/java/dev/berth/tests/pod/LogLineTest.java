package dev.berth.tests.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLineTest {
    @Test
    void aLineIsReadWithTheSpacesOfItsText() {
        assertEquals(
                new LogLine(Instant.parse("2026-01-02T03:04:05.678901234Z"), "stderr", "P", " two  words "),
                LogLine.parse("2026-01-02T03:04:05.678901234Z stderr P  two  words "));
    }

    @Test
    void whatIsNotALineIsRefused() {
        for (String line : List.of("", "hello", "2026-01-02T03:04:05Z stdin F x", "2026-01-02T03:04:05Z stdout Q x")) {
            assertThrows(IllegalArgumentException.class, () -> LogLine.parse(line), line);
        }
    }

    @Test
    void aFileThatEndsInsideALineIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("log"), "2026-01-02T03:04:05Z stdout F x");
        assertThrows(IllegalArgumentException.class, () -> LogLine.read(file));
    }
}
