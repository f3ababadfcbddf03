package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PeerCheckTest {
    @Test
    void admitsRootAndTheServersOwnUserOnly() {
        PeerCheck check = new PeerCheck(1000);
        assertTrue(check.admits(0));
        assertTrue(check.admits(1000));
        assertFalse(check.admits(1001));
    }
}
