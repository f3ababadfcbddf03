package dev.berth.runtime.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a bus and a systemd of its own; the real one is tried where there is one. */
class SystemdBusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Scope SCOPE = new Scope("berth-1.scope", new SliceName("kubepods.slice"), "Berth pod 1", (int)
            ProcessHandle.current().pid());

    @TempDir
    Path directory;

    @Test
    void aScopeIsAskedForWithItsProcessAndHandsOff() throws Exception {
        try (FakeSystemd systemd = new FakeSystemd(directory);
                SystemdBus bus = new SystemdBus(systemd.address, PATIENCE)) {
            String sentence = failure(bus);
            String call = systemd.calls.getFirst();
            assertTrue(call.startsWith("berth-1.scope replace Description=Berth pod 1 Slice=kubepods.slice"), call);
            assertTrue(call.contains("PIDs=[" + SCOPE.pid() + "]"), call);
            assertTrue(call.contains("Delegate=true"), call);
            assertTrue(call.contains("TasksMax=18446744073709551615"), call);
            // The fake says yes and moves nothing.
            assertTrue(sentence.contains("and not there; \"systemctl status berth-1.scope\" says more"), sentence);
        }
    }

    @Test
    void whatSystemdRefusesIsToldInItsWords() throws Exception {
        try (FakeSystemd systemd = new FakeSystemd(directory);
                SystemdBus bus = new SystemdBus(systemd.address, PATIENCE)) {
            systemd.refusal = "Unit berth-1.scope already exists.";
            String sentence = failure(bus);
            assertTrue(
                    sentence.startsWith("systemd was asked to start berth-1.scope in kubepods.slice, but it answered:"
                            + " Unit berth-1.scope already exists."),
                    sentence);
        }
    }

    @Test
    void aSystemdThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
        try (FakeSystemd systemd = new FakeSystemd(directory);
                SystemdBus bus = new SystemdBus(systemd.address, PATIENCE)) {
            systemd.delay = Duration.ofSeconds(4);
            String sentence = failure(bus);
            assertTrue(sentence.startsWith("systemd was asked to start berth-1.scope"), sentence);
            assertTrue(sentence.contains("but it answered: No reply"), sentence);
            assertEquals(1, systemd.calls.size());
        }
    }

    @Test
    void withoutABusTheSentenceNamesItsAddressAndTheNextCallTriesAgain() throws Exception {
        try (SystemdBus bus = new SystemdBus("unix:path=" + directory.resolve("bus"), PATIENCE)) {
            assertTrue(failure(bus).contains("the system bus is unix:path=" + directory.resolve("bus")));
            try (FakeSystemd systemd = new FakeSystemd(directory)) {
                failure(bus);
                assertEquals(1, systemd.calls.size());
            }
        }
    }

    private static String failure(SystemdBus bus) {
        return String.valueOf(
                assertThrows(SystemdFailure.class, () -> bus.start(SCOPE)).getMessage());
    }
}
