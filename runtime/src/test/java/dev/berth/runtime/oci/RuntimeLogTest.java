package dev.berth.runtime.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeLogTest {
    @TempDir
    private Path directory;

    @Test
    void theLastMessageIsTheComplaint() {
        assertEquals(
                "second", RuntimeLog.complaint("{\"msg\":\"first\"}\n\n{\"level\":\"error\",\"msg\":\"second\"}\n"));
    }

    @Test
    void whatIsNoJsonIsItsOwnMessage() {
        assertEquals("the moon", RuntimeLog.complaint("{\"msg\":\"first\"}\nthe moon\n"));
        assertEquals("{broken", RuntimeLog.complaint("{broken"));
        assertEquals("", RuntimeLog.complaint("\n \n"));
    }

    @Test
    void neitherControlCharactersNorLongLinesGetThrough() {
        assertEquals("a b", RuntimeLog.complaint("{\"msg\":\"a\\u001b\\nb\"}"));
        assertTrue(RuntimeLog.complaint("x".repeat(5_000)).length() < 1_100);
    }

    @Test
    void aLogIsReadToItsBoundAndAMissingOneSaysNothing() throws Exception {
        Path log = directory.resolve("log.json");
        assertEquals("", RuntimeLog.complaint(log));
        Files.writeString(log, "{\"msg\":\"early\"}\n" + " ".repeat(70_000) + "\n{\"msg\":\"late\"}\n");
        assertEquals("early", RuntimeLog.complaint(log));
    }

    @Test
    void theStateIsOneWord() {
        assertEquals(
                "running", RuntimeLog.status("{\"id\":\"x\",\"status\":\"running\"}".getBytes(StandardCharsets.UTF_8)));
        assertEquals("", RuntimeLog.status("garbage".getBytes(StandardCharsets.UTF_8)));
        assertEquals("", RuntimeLog.status(new byte[100_000]));
    }
}
