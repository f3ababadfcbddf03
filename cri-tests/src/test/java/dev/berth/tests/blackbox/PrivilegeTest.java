package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.SupplementalGroupsPolicy;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a container may do beyond the usual, and what it may not. */
@OnNode
class PrivilegeTest {
    private static final String[] ADD_LINK = {"/bin/brctl", "addbr", "berthtest"};

    private final TestNode node;
    private final Pods pods;

    PrivilegeTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    @Covers({"privileged.yes", "privileged.no"})
    void onlyAPrivilegedContainerChangesTheNetwork() {
        PodSandboxConfig.Builder config = pods.config("privileged");
        config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        RunningPod pod = pods.run(config.build());
        String privileged = pod.start(secured("privileged", security().setPrivileged(true)));
        assertEquals(0, pod.exec(privileged, ADD_LINK).getExitCode());
        String usual = pod.start(secured("usual", security()));
        assertNotEquals(0, pod.exec(usual, "/bin/brctl", "delbr", "berthtest").getExitCode());
    }

    @Test
    @Covers("capability.add")
    void aCapabilityThatIsAddedIsThere() {
        RunningPod pod = pods.run("added");
        String with = pod.start(secured("with", capable(Capability.newBuilder().addAddCapabilities("NET_ADMIN"))));
        String without = pod.start(secured("without", security()));
        assertNotEquals(0, pod.exec(without, ADD_LINK).getExitCode());
        assertEquals(0, pod.exec(with, ADD_LINK).getExitCode());
    }

    @Test
    @Covers("capability.drop")
    void aCapabilityThatIsDroppedIsMissing() {
        RunningPod pod = pods.run("dropped");
        String container =
                pod.start(secured("main", capable(Capability.newBuilder().addDropCapabilities("NET_RAW"))));
        ExecSyncResponse ping = pod.exec(container, "/bin/ping", "-c", "1", "127.0.0.1");
        assertNotEquals(0, ping.getExitCode());
        assertTrue(ping.getStderr().toStringUtf8().contains("permission denied"), ping.toString());
    }

    @Test
    @Covers("capability.add-all")
    void allCapabilitiesAreThoseOfTheNode() throws Exception {
        RunningPod pod = pods.run("all");
        String container =
                pod.start(secured("main", capable(Capability.newBuilder().addAddCapabilities("ALL"))));
        String ours = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapBnd"))
                .findFirst()
                .orElseThrow();
        assertEquals(ours, pod.shell(container, "grep CapBnd /proc/self/status").strip());
    }

    @Test
    @Covers({"new-privileges.no", "new-privileges.yes"})
    void aProgramOfRootRunsAsItsUserWhenNoPrivilegesAreNew() throws Exception {
        Path id = Command.require("id");
        byte[] layer = new TarLayer()
                .program(id, "usr/bin/id")
                .file("usr/bin/rootly", 04755, Files.readAllBytes(id))
                .toBytes();
        OciImage image = OciImage.of(List.of(layer), config -> config.put("User", "1000"));
        String name = new Images(node).push("berth/rootly", "1", image);
        node.pull(name);
        RunningPod pod = pods.run("new");
        for (boolean isRefused : List.of(true, false)) {
            ContainerConfig.Builder container = pods.container("refused-" + isRefused, "/usr/bin/rootly", "-u")
                    .setImage(Images.spec(name))
                    .setLinux(LinuxContainerConfig.newBuilder()
                            .setSecurityContext(security().setNoNewPrivs(isRefused)));
            List<LogLine> lines = pod.runToEnd(container);
            assertEquals(isRefused ? "1000" : "0", lines.getFirst().text());
        }
    }

    @Test
    @Covers({"groups.merge", "groups.strict"})
    void groupsOfTheImageAreMergedUnlessThePolicyIsStrict() throws Exception {
        OciImage image =
                Images.shellOf("sailor:x:1000:1000::/home:/bin/sh\n", "sailor:x:1000:\ncrew:x:50000:sailor\n", "1000");
        String name = new Images(node).push("berth/groups", "1", image);
        node.pull(name);
        assertGroups(name, SupplementalGroupsPolicy.Merge, List.of(1000L, 1234L, 50000L));
        assertGroups(name, SupplementalGroupsPolicy.Strict, List.of(1000L, 1234L));
    }

    private void assertGroups(String image, SupplementalGroupsPolicy policy, List<Long> groups) throws Exception {
        RunningPod pod = pods.run("groups-" + policy.getNumber());
        ContainerConfig.Builder config = pods.shell("main", "id -G; exec top -b -d 600 >/dev/null")
                .setImage(Images.spec(image))
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(security()
                                .setRunAsUser(Int64Value.newBuilder().setValue(1000))
                                .addSupplementalGroups(1234)
                                .setSupplementalGroupsPolicy(policy)));
        String container = pod.start(config);
        assertEquals(1000, pod.status(container).getUser().getLinux().getUid());
        assertEquals(1000, pod.status(container).getUser().getLinux().getGid());
        assertEquals(
                groups,
                pod.status(container).getUser().getLinux().getSupplementalGroupsList().stream()
                        .sorted()
                        .toList());
        String words = String.join(" ", groups.stream().map(String::valueOf).toList());
        assertEquals(words, sorted(pod.shell(container, "id -G")));
        pod.stop(container, 10);
        assertEquals(words, sorted(pod.log(config.build()).getFirst().text()));
    }

    private static String sorted(String numbers) {
        return String.join(
                " ",
                List.of(numbers.strip().split(" ", -1)).stream()
                        .map(Long::valueOf)
                        .sorted()
                        .map(String::valueOf)
                        .toList());
    }

    private ContainerConfig.Builder secured(String name, LinuxContainerSecurityContext.Builder security) {
        return pods.idle(name).setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security));
    }

    private static LinuxContainerSecurityContext.Builder capable(Capability.Builder capabilities) {
        return security().setCapabilities(capabilities);
    }

    private static LinuxContainerSecurityContext.Builder security() {
        return LinuxContainerSecurityContext.newBuilder();
    }
}
