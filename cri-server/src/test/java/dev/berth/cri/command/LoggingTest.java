package dev.berth.cri.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.config.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoggingTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @AfterEach
    void restore() throws Exception {
        LogManager.getLogManager().readConfiguration();
    }

    @Test
    void aRecordIsOneLineWithTimeLevelAndName() {
        start(LogLevel.INFO);
        Logger.getLogger("dev.berth.cri.server").warning("hello");
        assertTrue(text().matches("[0-9-]{10}T[0-9:.]{8,12}Z WARNING cri.server: hello\n"), text());
    }

    @Test
    void textFromOutsideCannotForgeARecord() {
        start(LogLevel.INFO);
        Logger.getLogger("dev.berth.x").info("pod \"a\n2026-01-01T00:00:00Z ERROR forged\u001b[2J\"");
        assertEquals(2, text().lines().count());
        assertTrue(text().lines().skip(1).allMatch(line -> line.startsWith("    2026")), text());
        assertFalse(text().contains("\u001b"), "control characters are not sent to the terminal");
    }

    @Test
    void theLevelIsThatOfTheConfiguration() {
        start(LogLevel.WARNING);
        Logger.getLogger("dev.berth.x").info("quiet");
        assertEquals("", text());
        start(LogLevel.DEBUG);
        Logger.getLogger("dev.berth.x").fine("loud");
        assertTrue(text().endsWith(" DEBUG   x: loud\n"), text());
    }

    @Test
    void librariesStayQuietAtEveryLevel() {
        start(LogLevel.DEBUG);
        for (String library : List.of("io.netty.handler.codec.http2", "io.grpc.netty.NettyServerHandler")) {
            Logger.getLogger(library).info("OUTBOUND DATA: bytes=cafe");
        }
        Logger.getLogger("io.netty.bootstrap").warning("Unknown channel option 'SO_KEEPALIVE'");
        Logger.getLogger("io.netty.util.NetUtilInitializations").warning("No network interfaces configured");
        assertEquals("", text());
    }

    @Test
    void aStackTraceBelongsToItsRecord() {
        start(LogLevel.INFO);
        Logger.getLogger("dev.berth.x").log(java.util.logging.Level.SEVERE, "broken", new IllegalStateException("why"));
        assertTrue(text().contains("ERROR   x: broken\n    java.lang.IllegalStateException: why\n    \tat "), text());
    }

    private void start(LogLevel level) {
        bytes.reset();
        assertEquals(
                4,
                Logging.start(level, new PrintStream(bytes, true, StandardCharsets.UTF_8))
                        .size());
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
