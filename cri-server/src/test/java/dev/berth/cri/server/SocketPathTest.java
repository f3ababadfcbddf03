package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SocketPathTest {
    @Test
    void refusesAPathThatTheKernelWouldCut() {
        String longest = "/" + "x".repeat(SocketPath.MAX_BYTES - 1);
        assertEquals(longest, new SocketPath(Path.of(longest)).path().toString());
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> new SocketPath(Path.of(longest + "x")));
        Sentence.assertSays("at most 107 bytes", refusal);
    }

    @Test
    void refusesARelativePath() {
        assertThrows(IllegalArgumentException.class, () -> new SocketPath(Path.of("berth.sock")));
    }
}
