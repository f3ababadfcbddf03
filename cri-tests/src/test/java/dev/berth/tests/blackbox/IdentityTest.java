package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.SELinuxOption;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.SupplementalGroupsPolicy;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnNode
class IdentityTest {
    private final Pods pods;

    IdentityTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("feature.ambient-capabilities")
    void anAmbientCapabilityReachesAProgramOfAnOrdinaryUser() {
        RunningPod pod = pods.run("ambient");
        String with = pod.start(pods.idle("with")
                .setLinux(user(Capability.newBuilder()
                        .addAddCapabilities("NET_BIND_SERVICE")
                        .addAddAmbientCapabilities("NET_BIND_SERVICE"))));
        String without = pod.start(
                pods.idle("without").setLinux(user(Capability.newBuilder().addAddCapabilities("NET_BIND_SERVICE"))));
        for (String process : List.of("1", "self")) {
            assertEquals("0000000000000400", capabilities(pod, with, process, "CapEff"));
            assertEquals("0000000000000400", capabilities(pod, with, process, "CapAmb"));
            assertEquals("0000000000000000", capabilities(pod, without, process, "CapEff"));
        }
    }

    @Test
    @OnlyBerth("CRI does not say that it is refused")
    void anAmbientCapabilityThatTheContainerLacksIsRefused() {
        RunningPod pod = pods.run("lacking");
        Capability.Builder asked =
                Capability.newBuilder().addDropCapabilities("ALL").addAddAmbientCapabilities("NET_RAW");
        ContainerConfig config = pods.idle("main").setLinux(user(asked)).build();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pod.create(config), "ambient", "NET_RAW");
    }

    @Test
    void theStatusSaysWhoTheFirstProcessIs() {
        RunningPod pod = pods.run("status");
        for (SupplementalGroupsPolicy policy :
                List.of(SupplementalGroupsPolicy.Merge, SupplementalGroupsPolicy.Strict)) {
            LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                    .setRunAsUser(Int64Value.newBuilder().setValue(1001))
                    .setRunAsGroup(Int64Value.newBuilder().setValue(1002))
                    .addSupplementalGroups(1234)
                    .setSupplementalGroupsPolicy(policy)
                    .build();
            String container = pod.start(pods.idle(policy.name()).setLinux(secured(security)));
            assertEquals(1001, pod.status(container).getUser().getLinux().getUid());
            assertEquals(1002, pod.status(container).getUser().getLinux().getGid());
            assertEquals(
                    List.of(1002L, 1234L),
                    pod.status(container).getUser().getLinux().getSupplementalGroupsList());
        }
    }

    @Test
    void labelsAreIgnoredWhereTheKernelHasNoSELinux() {
        assumeTrue(Files.notExists(Path.of("/sys/fs/selinux/enforce")), "this kernel has SELinux");
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setSelinuxOptions(SELinuxOption.newBuilder().setLevel("s0"))
                .build();
        RunningPod pod = pods.run("label");
        String container = pod.start(pods.idle("main").setLinux(secured(security)));
        assertEquals("ok", pod.shell(container, "echo ok").strip());
    }

    @Test
    void labelsThatAreNoneAreRefusedOnAnyKernel() {
        SELinuxOption malformed =
                SELinuxOption.newBuilder().setLevel("s0,c4,c5").build();
        RunningPod pod = pods.run("label");
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setSelinuxOptions(malformed)
                .build();
        ContainerConfig config = pods.idle("main").setLinux(secured(security)).build();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pod.create(config), "the level 's0,c4,c5'");
    }

    @Test
    @SuppressWarnings("deprecation") // Clients of older versions set only the old field.
    void anAppArmorProfileThatIsNotLoadedIsRefusedInBothFields() {
        RunningPod pod = pods.run("profile");
        LinuxContainerSecurityContext old = LinuxContainerSecurityContext.newBuilder()
                .setApparmorProfile("localhost/none-such")
                .build();
        SecurityProfile profile = SecurityProfile.newBuilder()
                .setProfileType(SecurityProfile.ProfileType.Localhost)
                .setLocalhostRef("none-such")
                .build();
        LinuxContainerSecurityContext current =
                LinuxContainerSecurityContext.newBuilder().setApparmor(profile).build();
        for (LinuxContainerSecurityContext security : List.of(old, current)) {
            ContainerConfig config =
                    pods.idle("main").setLinux(secured(security)).build();
            assertRefused(Status.Code.INVALID_ARGUMENT, () -> pod.create(config), "none-such", "not loaded");
        }
    }

    private static String capabilities(RunningPod pod, String container, String process, String set) {
        String line = pod.shell(container, "grep %s: /proc/%s/status".formatted(set, process));
        assertTrue(line.startsWith(set), line);
        return line.substring(set.length() + 1).strip();
    }

    private static LinuxContainerConfig user(Capability.Builder capabilities) {
        return secured(LinuxContainerSecurityContext.newBuilder()
                .setRunAsUser(Int64Value.newBuilder().setValue(1001))
                .setCapabilities(capabilities)
                .build());
    }

    private static LinuxContainerConfig secured(LinuxContainerSecurityContext security) {
        return LinuxContainerConfig.newBuilder().setSecurityContext(security).build();
    }
}
