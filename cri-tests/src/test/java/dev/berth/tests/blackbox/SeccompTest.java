package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.SecurityProfile.ProfileType;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnNode
class SeccompTest {
    private static final String[] RENAME = {"/bin/hostname", "ANewHostName"};
    private static final SecurityProfile UNCONFINED =
            SecurityProfile.newBuilder().setProfileType(ProfileType.Unconfined).build();

    private final Pods pods;

    @TempDir
    private Path folder = Path.of("/nonexistent");

    SeccompTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers({"seccomp.unconfined", "seccomp.none"})
    void noFilterIsThereWhenNoneIsAskedFor() {
        RunningPod pod = pods.run("unconfined");
        String unconfined = pod.start(secured("unconfined", security().setSeccomp(UNCONFINED)));
        String none = pod.start(secured("none", security()));
        for (String container : new String[] {unconfined, none}) {
            assertEquals(
                    "Seccomp:\t0",
                    pod.shell(container, "grep Seccomp: /proc/self/status").strip());
        }
    }

    @Test
    @Covers("seccomp.localhost")
    void aProfileOfTheNodeRefusesACallToCommandsToo() throws Exception {
        RunningPod pod = pods.run("localhost");
        String container =
                pod.start(secured("main", security().setSeccomp(refusing("\"chmod\", \"fchmodat\", \"fchmodat2\""))));
        ExecSyncResponse answer = pod.exec(container, "/bin/chmod", "400", "/");
        assertNotEquals(0, answer.getExitCode());
        assertTrue(answer.getStderr().toStringUtf8().contains("Operation not permitted"), answer.toString());
    }

    @Test
    @Covers({"seccomp.hostname-allowed", "seccomp.hostname-refused"})
    void theHostNameCanBeSetUnlessTheProfileRefusesIt() throws Exception {
        RunningPod pod = pods.run("hostname");
        LinuxContainerSecurityContext.Builder admin =
                security().setCapabilities(Capability.newBuilder().addAddCapabilities("SYS_ADMIN"));
        String refused = pod.start(secured("refused", admin.clone().setSeccomp(refusing("\"sethostname\""))));
        assertNotEquals(0, pod.exec(refused, RENAME).getExitCode());
        String allowed = pod.start(secured("allowed", admin.clone().setSeccomp(UNCONFINED)));
        assertEquals(0, pod.exec(allowed, RENAME).getExitCode());
    }

    @Test
    @Covers("seccomp.privileged")
    void aPrivilegedContainerHasNoFilter() throws Exception {
        PodSandboxConfig.Builder config = pods.config("privileged");
        config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        RunningPod pod = pods.run(config.build());
        String container =
                pod.start(secured("main", security().setPrivileged(true).setSeccomp(refusing("\"sethostname\""))));
        assertEquals(0, pod.exec(container, RENAME).getExitCode());
    }

    private SecurityProfile refusing(String calls) throws IOException {
        Path profile = Files.writeString(folder.resolve("profile.json"), """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [%s], "action": "SCMP_ACT_ERRNO"}]}
                """.formatted(calls));
        return SecurityProfile.newBuilder()
                .setProfileType(ProfileType.Localhost)
                .setLocalhostRef(profile.toString())
                .build();
    }

    private ContainerConfig.Builder secured(String name, LinuxContainerSecurityContext.Builder security) {
        return pods.idle(name).setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security));
    }

    private static LinuxContainerSecurityContext.Builder security() {
        return LinuxContainerSecurityContext.newBuilder();
    }
}
