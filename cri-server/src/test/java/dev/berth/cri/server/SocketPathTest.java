package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SocketPathTest {
    @Test
    void readsAPathWithAndWithoutItsScheme() {
        assertEquals(SocketPath.parse("/run/berth/berth.sock"), SocketPath.parse("unix:///run/berth/berth.sock"));
    }

    @Test
    void refusesAPathThatTheKernelWouldCut() {
        String longest = "/" + "x".repeat(SocketPath.MAX_BYTES - 1);
        assertEquals(longest, SocketPath.parse(longest).path().toString());
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> SocketPath.parse(longest + "x"));
        Sentence.assertSays("at most 107 bytes", refusal);
    }

    @Test
    void refusesARelativePath() {
        assertThrows(IllegalArgumentException.class, () -> SocketPath.parse("berth.sock"));
    }
}
