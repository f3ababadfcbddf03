package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.confinement.AppArmor;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.capability.NodeCapabilities;
import dev.berth.state.v1.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    private static final LinuxContainerSecurityContext PLAIN = LinuxContainerSecurityContext.getDefaultInstance();

    @TempDir
    Path sys;

    private Processes processes;

    @BeforeEach
    void makeProcesses() {
        NodeGrants grants = new NodeGrants(NodeCapabilities.current(CapabilitySet.DEFAULTS), false, 0, List.of());
        processes = new Processes(grants, new SeccompProfiles(new SeccompFilters(false)), new AppArmor(sys));
    }

    @Test
    void anExecHasTheProfileThatItsContainerWasMadeWith() throws IOException {
        write("module/apparmor/parameters/enabled", "Y");
        write("kernel/security/apparmor/profiles", "berth-default (enforce)\n");
        ContainerRecord confined = made();
        write("kernel/security/apparmor/profiles", "");
        ContainerRecord free = made();
        assertEquals("berth-default", processes.exec(confined, List.of("true")).apparmor());
        write("kernel/security/apparmor/profiles", "berth-default (enforce)\n");
        assertEquals("", processes.exec(free, List.of("true")).apparmor());
    }

    @Test
    void aRecordOfAnEarlierVersionIsLookedAtAnew() throws IOException {
        write("module/apparmor/parameters/enabled", "Y");
        write("kernel/security/apparmor/profiles", "berth-default (enforce)\n");
        ContainerRecord record = made().toBuilder().clearApparmorProfile().build();
        assertEquals("berth-default", processes.first(record).apparmor());
    }

    private ContainerRecord made() {
        return ContainerRecord.newBuilder()
                .addArguments("true")
                .setApparmorProfile(processes.appArmorProfile(PLAIN))
                .build();
    }

    private void write(String file, String text) throws IOException {
        Path path = sys.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
