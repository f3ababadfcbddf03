package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.tests.node.Command;
import dev.berth.tests.node.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit that we ship, read by systemd itself. */
class SystemdTest {
    @Test
    void theUnitIsValidAndKeepsPodsAlive(@TempDir Path folder) throws Exception {
        assumeTrue(Command.find("systemd-analyze").isPresent(), "systemd-analyze is not on PATH");
        String unit = Files.readString(Project.root().resolve("deploy/systemd/berth.service"));
        assertTrue(unit.contains("\nKillMode=process\n") && unit.contains("\nDelegate=yes\n"), unit);
        Path installed = Files.writeString(
                folder.resolve("berth.service"), unit.replace("/opt/berth/berth serve", "/bin/true serve"));
        Command result = Command.run("systemd-analyze", "verify", installed.toString());
        assertEquals("", result.output());
        assertEquals(0, result.status());
    }
}
