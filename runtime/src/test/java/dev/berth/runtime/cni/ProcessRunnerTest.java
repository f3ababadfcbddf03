package dev.berth.runtime.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ProcessRunnerTest {
    @TempDir
    Path dir;

    @Test
    void aProgramGetsItsInputAndEnvironmentAndNothingElse() throws Exception {
        ProgramOutcome.Exited exited = exited(run("cat; echo \" $A$HOME\"; echo bad >&2; exit 3", 5_000));
        assertEquals(3, exited.code());
        assertEquals("input 1\n", new String(exited.stdout(), UTF_8));
        assertEquals("bad\n", new String(exited.stderr(), UTF_8));
        assertFalse(exited.truncated());
    }

    @Test
    void aProgramThatHangsIsKilledWithItsChildren() throws Exception {
        assertInstanceOf(ProgramOutcome.TimedOut.class, run("sleep 1000 & echo $! >" + dir + "/child; wait", 500));
        long child = Long.parseLong(Files.readString(dir.resolve("child")).strip());
        for (int i = 0; i < 100 && ProcessHandle.of(child).isPresent(); i++) {
            Thread.sleep(20);
        }
        assertTrue(ProcessHandle.of(child).isEmpty());
    }

    @Test
    void outputIsReadToItsEndButNotAllOfItIsKept() throws Exception {
        ProgramOutcome.Exited exited = exited(run("head -c 3000000 /dev/zero", 10_000));
        assertEquals(ProgramRunner.MOST_BYTES, exited.stdout().length);
        assertTrue(exited.truncated());
    }

    @Test
    void aChildLeftBehindThatHoldsTheOutputDoesNotHoldTheCaller() throws Exception {
        ProgramOutcome.Exited exited = exited(run("sleep 5 & echo done", 4_000));
        assertArrayEquals("done\n".getBytes(UTF_8), exited.stdout());
    }

    @Test
    void aProgramThatIsNotThereIsNotStarted() throws Exception {
        Program program = new Program(dir.resolve("gone"), Map.of(), new byte[0], Duration.ofSeconds(1));
        assertInstanceOf(ProgramOutcome.NotStarted.class, new ProcessRunner().run(program));
    }

    @Test
    void anInterruptEndsTheProgram() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> run("echo $$ >" + dir + "/pid; exec sleep 1000", 60_000));
        Path pid = dir.resolve("pid");
        Thread.sleep(200);
        assertTrue(!Files.exists(pid)
                || ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                        .isEmpty());
    }

    private ProgramOutcome run(String script, long millis) throws IOException, InterruptedException {
        Path file = Files.writeString(dir.resolve("plugin"), "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
        Map<String, String> environment = Map.of("A", "1", "PATH", "/usr/bin:/bin");
        return new ProcessRunner()
                .run(new Program(file, environment, "input".getBytes(UTF_8), Duration.ofMillis(millis)));
    }

    private static ProgramOutcome.Exited exited(ProgramOutcome outcome) {
        return assertInstanceOf(ProgramOutcome.Exited.class, outcome);
    }
}
