package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
    @TempDir
    private Path directory;

    @Test
    void makesAPrivateStateDirectory() throws Exception {
        Path state = directory.resolve("a/state");
        try (StateLock _ = StateLock.take(state)) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state)));
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("lock"))));
        }
    }

    @Test
    void aSecondOwnerIsRefusedWithThePidOfTheFirst() throws Exception {
        try (StateLock _ = StateLock.take(directory)) {
            AlreadyServing refusal = assertThrows(AlreadyServing.class, () -> StateLock.take(directory));
            Sentence.assertSays("(pid " + ProcessHandle.current().pid() + ")", refusal);
        }
    }

    @Test
    void aLockThatWasGivenBackCanBeTakenAgain() throws Exception {
        StateLock.take(directory).close();
        StateLock.take(directory).close();
    }
}
