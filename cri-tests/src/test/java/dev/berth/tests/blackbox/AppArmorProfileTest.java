package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.SecurityProfile.ProfileType;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles that the node has loaded, named by the field of today, the one before it, or both. */
@OnNode
class AppArmorProfileTest {
    private static final String ABSENT = "localhost/berth-test-absent";
    private static final String DENYING = "localhost/berth-test-denying";
    private static final String PERMISSIVE = "localhost/berth-test-permissive";
    private static final String PROFILES = """
            #include <tunables/global>
            profile berth-test-denying flags=(attach_disconnected) {
              file,
              signal,
              deny /** w,
            }
            profile berth-test-permissive flags=(attach_disconnected) {
              file,
              signal,
              audit /** w,
            }
            """;

    private final Pods pods;

    AppArmorProfileTest(TestNode node) {
        pods = node.pods();
    }

    @BeforeEach
    void loadProfiles(@TempDir Path folder) throws Exception {
        Path enabled = Path.of("/sys/module/apparmor/parameters/enabled");
        assumeTrue(Files.exists(enabled) && Files.readString(enabled).startsWith("Y"), "this kernel has no AppArmor");
        assumeTrue(Command.find("apparmor_parser").isPresent(), "apparmor_parser is not on PATH");
        Path file = Files.writeString(folder.resolve("profiles"), PROFILES);
        Command.mustRun("apparmor_parser", "--replace", "--skip-cache", file.toString());
    }

    @Test
    @Covers({"apparmor.old.absent", "apparmor.new.absent", "apparmor.both.absent"})
    void aProfileThatIsNotLoadedIsRefused() {
        RunningPod pod = pods.run("absent");
        for (LinuxContainerSecurityContext security :
                new LinuxContainerSecurityContext[] {old(ABSENT), current(ABSENT), both(PERMISSIVE, ABSENT)}) {
            ContainerConfig config = touching(security).build();
            assertThrows(StatusRuntimeException.class, () -> pod.create(config));
        }
    }

    @Test
    @Covers({"apparmor.old.denying", "apparmor.new.denying", "apparmor.both.denying"})
    void whatAProfileDeniesFails() throws Exception {
        for (LinuxContainerSecurityContext security :
                new LinuxContainerSecurityContext[] {old(DENYING), current(DENYING), both(ABSENT, DENYING)}) {
            assertNotEquals(0, exitCode(security));
        }
    }

    @Test
    @Covers({"apparmor.old.permissive", "apparmor.new.permissive", "apparmor.both.permissive"})
    void whatAProfileOnlyAuditsSucceeds() throws Exception {
        for (LinuxContainerSecurityContext security :
                new LinuxContainerSecurityContext[] {old(PERMISSIVE), current(PERMISSIVE), both(ABSENT, PERMISSIVE)}) {
            assertEquals(0, exitCode(security));
        }
    }

    private int exitCode(LinuxContainerSecurityContext security) throws InterruptedException {
        try (RunningPod pod = pods.run("confined")) {
            return pod.awaitExit(pod.start(touching(security))).getExitCode();
        }
    }

    private ContainerConfig.Builder touching(LinuxContainerSecurityContext security) {
        return pods.container("main", "/bin/touch", "/tmp/foo")
                .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security));
    }

    private static LinuxContainerSecurityContext current(String profile) {
        return LinuxContainerSecurityContext.newBuilder()
                .setApparmor(localhost(profile))
                .build();
    }

    private static SecurityProfile localhost(String profile) {
        return SecurityProfile.newBuilder()
                .setProfileType(ProfileType.Localhost)
                .setLocalhostRef(profile)
                .build();
    }

    @SuppressWarnings("deprecation") // Clients of older versions set only this field.
    private static LinuxContainerSecurityContext old(String profile) {
        return LinuxContainerSecurityContext.newBuilder()
                .setApparmorProfile(profile)
                .build();
    }

    /** The field of today holds. */
    @SuppressWarnings("deprecation")
    private static LinuxContainerSecurityContext both(String oldProfile, String profile) {
        return LinuxContainerSecurityContext.newBuilder()
                .setApparmorProfile(oldProfile)
                .setApparmor(localhost(profile))
                .build();
    }
}
