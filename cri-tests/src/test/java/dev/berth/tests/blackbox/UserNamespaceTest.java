package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.IDMapping;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.UserNamespace;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnNode
class UserNamespaceTest {
    private static final int FIRST = 200_000;
    private static final int LENGTH = 65_536;

    private final Pods pods;

    UserNamespaceTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("userns.pod")
    void idsAreMappedAsAskedForTheFirstProcessAndForExecs() {
        RunningPod pod = pods.run(pod("mapped").build());
        String container = pod.start(pods.idle("main"));
        for (String file : List.of("/proc/1/uid_map", "/proc/self/uid_map", "/proc/self/gid_map")) {
            assertEquals(List.of("0", "200000", "65536"), words(pod.shell(container, "cat " + file)), file);
        }
        assertEquals(
                pod.shell(container, "readlink /proc/1/ns/user"), pod.shell(container, "readlink /proc/self/ns/user"));
        assertEquals(
                "0 0 0", pod.shell(container, "echo $(id -u) $(id -g) $(id -G)").strip());
    }

    @Test
    @OnlyBerth("CRI does not say whose devices are")
    void whatAPodFindsBelongsToItsRoot() {
        RunningPod pod = pods.run(pod("files").build());
        String container = pod.start(pods.idle("main"));
        String files = "/ /bin/busybox /etc/hosts /etc/hostname /etc/resolv.conf /dev /dev/null /dev/shm /dev/mqueue "
                + "/dev/pts/ptmx /proc/self /proc/1 /sys /sys/class/net/lo/mtu";
        for (String line :
                pod.shell(container, "stat -L -c '%n %u:%g' " + files).lines().toList()) {
            assertTrue(line.endsWith(" 0:0") || line.startsWith("/sys "), line);
        }
        assertEquals(
                "ok",
                pod.shell(container, "echo x > /new && echo y >> /etc/hosts && echo z > /dev/shm/s && echo ok")
                        .strip());
        assertEquals("0:0", pod.shell(container, "stat -c %u:%g /new").strip());
        assertEquals(
                "1", pod.shell(container, "echo $(ls /proc | grep -c '^1$')").strip());
        assertNotEquals(0, pod.exec(container, "/bin/chown", "65536", "/new").getExitCode());
    }

    @Test
    @Covers("feature.idmapped-volume")
    void aVolumeWithTheMappingsOfThePodKeepsItsOwners(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("old"), "cargo");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        RunningPod pod = pods.run(pod("volumes").build());
        String container =
                pod.start(pods.idle("main").addMounts(mapped(folder, "/mapped")).addMounts(mount(folder, "/plain")));
        assertEquals("0:0", pod.shell(container, "stat -c %u:%g /mapped/old").strip());
        assertEquals(
                "65534:65534", pod.shell(container, "stat -c %u:%g /plain/old").strip());
        assertEquals("", pod.shell(container, "touch /mapped/new; chown 33:33 /mapped/new"));
        assertEquals(33, Files.getAttribute(folder.resolve("new"), "unix:uid"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/plain/new2").getExitCode());
    }

    @Test
    void aReadOnlyVolumeStaysSoForARootThatMayMount(@TempDir Path folder) {
        RunningPod pod = pods.run(pod("locked").build());
        String container = pod.start(pods.idle("main")
                .addMounts(mapped(folder, "/data").setReadonly(true))
                .setLinux(capable("SYS_ADMIN")));
        assertNotEquals(
                0,
                pod.exec(container, "/bin/mount", "-o", "remount,rw,bind", "/data")
                        .getExitCode());
        assertNotEquals(0, pod.exec(container, "/bin/umount", "/data").getExitCode());
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/data/new").getExitCode());
        assertEquals(
                0,
                pod.exec(container, "/bin/mount", "-t", "tmpfs", "none", "/tmp").getExitCode());
    }

    @Test
    void capabilitiesAreThoseOfTheUserNamespace() {
        RunningPod pod = pods.run(pod("capable").build());
        String container = pod.start(pods.idle("main").setLinux(capable("SYS_ADMIN", "NET_ADMIN", "SYS_TIME")));
        assertEquals(0, pod.exec(container, "/bin/hostname", "renamed").getExitCode());
        assertEquals("renamed", pod.shell(container, "hostname").strip());
        assertEquals(
                0,
                pod.exec(container, "/bin/ip", "link", "set", "lo", "mtu", "1400")
                        .getExitCode());
        String refusal =
                pod.exec(container, "/bin/date", "-s", "@1").getStderr().toStringUtf8();
        assertTrue(refusal.contains("not permitted"), refusal);
        assertNotEquals(
                0, pod.exec(container, "/bin/mknod", "/null", "c", "1", "3").getExitCode());
    }

    @Test
    void aUserOfTheContainerIsOneOfTheNamespace() {
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setRunAsUser(Int64Value.newBuilder().setValue(1001))
                .setRunAsGroup(Int64Value.newBuilder().setValue(1002))
                .addSupplementalGroups(1234)
                .build();
        RunningPod pod = pods.run(pod("user").build());
        String container = pod.start(
                pods.idle("main").setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security)));
        assertEquals(
                "1001 1002 1002 1234",
                pod.shell(container, "echo $(id -u) $(id -g) $(id -G)").strip());
        assertEquals("ok", pod.shell(container, "echo ok > /dev/stdout").strip());
    }

    @Test
    void containersShareTheirProcessesWhenThePodSaysSo() {
        RunningPod pod = pods.run(pod("shared", NamespaceMode.POD).build());
        pod.start(pods.container("a", "/bin/sleep", "4321"));
        String b = pod.start(pods.idle("b"));
        assertTrue(pod.shell(b, "ps -o args").contains("sleep 4321"));
        assertEquals("0", pod.shell(b, "stat -c %u /proc/1").strip());
    }

    @Test
    void maskedAndReadOnlyPathsAndTheRootAreAsAsked() {
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .addMaskedPaths("/proc/kcore")
                .addMaskedPaths("/proc/timer_list")
                .addMaskedPaths("/sys/firmware")
                .addReadonlyPaths("/proc/sys")
                .setReadonlyRootfs(true)
                .build();
        RunningPod pod = pods.run(pod("masked").build());
        String container = pod.start(
                pods.idle("main").setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security)));
        assertEquals("0", pod.shell(container, "wc -c < /proc/timer_list").strip());
        assertEquals("0", pod.shell(container, "cat /proc/kcore | wc -c").strip());
        assertEquals("", pod.shell(container, "ls /sys/firmware"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/new").getExitCode());
        assertNotEquals(
                0,
                pod.exec(container, "/bin/sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward")
                        .getExitCode());
    }

    @Test
    void sysctlsOfThePodAreSet() {
        PodSandboxConfig.Builder config = pod("sysctls");
        config.getLinuxBuilder()
                .putSysctls("kernel.shm_rmid_forced", "1")
                .putSysctls("net.ipv4.ip_unprivileged_port_start", "77");
        RunningPod pod = pods.run(config.build());
        String container = pod.start(pods.idle("main"));
        assertEquals(
                "1",
                pod.shell(container, "cat /proc/sys/kernel/shm_rmid_forced").strip());
        assertEquals(
                "77",
                pod.shell(container, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start")
                        .strip());
    }

    @Test
    void aTerminalBelongsToTheUser() throws Exception {
        RunningPod pod = pods.run(pod("terminal").build());
        ContainerConfig.Builder container = pods.shell("main", "tty; stat -c %u:%g $(tty); stat -c %F /dev/console")
                .setTty(true);
        assertEquals(
                List.of("/dev/pts/0", "0:5", "character special file"),
                pod.runToEnd(container).stream()
                        .map(line -> line.text().strip())
                        .toList());
    }

    @Test
    @Covers({"userns.two-mappings", "userns.no-root", "userns.container", "userns.target"})
    void mappingsThatAreNotPossibleAreRefused() {
        refused("exactly one mapping", mapping(0, FIRST, LENGTH), mapping(LENGTH, FIRST + LENGTH, LENGTH));
        refused("must begin with 0", mapping(1, FIRST, LENGTH));
        for (NamespaceMode mode : List.of(NamespaceMode.CONTAINER, NamespaceMode.TARGET)) {
            PodSandboxConfig.Builder other = pod("other");
            options(other).getUsernsOptionsBuilder().setMode(mode);
            assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(other.build()), mode.name());
        }
    }

    @Test
    @OnlyBerth("CRI does not say which other mappings are none")
    void mappingsThatMakeNoSenseAreRefused() {
        refused("exactly one mapping");
        refused("leaves the ids", mapping(0, -10, LENGTH));
        refused("leaves the ids", mapping(0, FIRST, 0));
        PodSandboxConfig.Builder config = pod("unlike");
        options(config).getUsernsOptionsBuilder().setGids(0, mapping(0, FIRST, 10));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(config.build()), "mapped alike");
        PodSandboxConfig.Builder node = pod("node");
        options(node).setNetwork(NamespaceMode.NODE);
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(node.build()), "cannot share");
    }

    @Test
    @OnlyBerth("CRI does not say that mappings agree")
    void containersAndMountsThatDisagreeWithTheirPodAreRefused(@TempDir Path folder) {
        RunningPod pod = pods.run(pod("strict").build());
        Mount other =
                mapped(folder, "/data").setUidMappings(0, mapping(0, 1, LENGTH)).build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> pod.create(pods.idle("mount").addMounts(other).build()),
                "id mappings");
        LinuxContainerSecurityContext stranger = LinuxContainerSecurityContext.newBuilder()
                .setRunAsUser(Int64Value.newBuilder().setValue(LENGTH))
                .build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> pod.create(pods.idle("user")
                        .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(stranger))
                        .build()),
                "65536");
        NamespaceOption.Builder namespaces = NamespaceOption.newBuilder()
                .setPid(NamespaceMode.CONTAINER)
                .setUsernsOptions(UserNamespace.newBuilder().setMode(NamespaceMode.NODE));
        ContainerConfig container = pods.idle("node")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(
                                LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(namespaces)))
                .build();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pod.create(container), "another user namespace");
    }

    @Test
    @Covers("userns.node")
    void aPodOfTheNodesUsersHasTheMapOfTheNode() throws IOException {
        PodSandboxConfig.Builder config = pods.config("plain");
        options(config).setUsernsOptions(UserNamespace.newBuilder().setMode(NamespaceMode.NODE));
        RunningPod pod = pods.run(config.build());
        String container = pod.start(pods.idle("main"));
        assertEquals(
                words(Files.readString(Path.of("/proc/self/uid_map"))),
                words(pod.shell(container, "cat /proc/self/uid_map")));
    }

    private void refused(String words, IDMapping... mappings) {
        PodSandboxConfig.Builder config = pod("refused");
        options(config)
                .setUsernsOptions(UserNamespace.newBuilder()
                        .setMode(NamespaceMode.POD)
                        .addAllUids(List.of(mappings))
                        .addAllGids(List.of(mappings)));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(config.build()), words);
    }

    private static NamespaceOption.Builder options(PodSandboxConfig.Builder config) {
        return config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder();
    }

    private PodSandboxConfig.Builder pod(String name) {
        return pod(name, NamespaceMode.CONTAINER);
    }

    private PodSandboxConfig.Builder pod(String name, NamespaceMode pid) {
        LinuxPodSandboxConfig.Builder linux = Pods.linux(NamespaceMode.POD, pid).toBuilder();
        linux.getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setUsernsOptions(UserNamespace.newBuilder()
                        .setMode(NamespaceMode.POD)
                        .addUids(mapping(0, FIRST, LENGTH))
                        .addGids(mapping(0, FIRST, LENGTH)));
        return pods.config(name).setLinux(linux);
    }

    private static IDMapping mapping(int container, int host, int length) {
        return IDMapping.newBuilder()
                .setContainerId(container)
                .setHostId(host)
                .setLength(length)
                .build();
    }

    private static Mount.Builder mapped(Path host, String container) {
        return mount(host, container)
                .addUidMappings(mapping(0, FIRST, LENGTH))
                .addGidMappings(mapping(0, FIRST, LENGTH));
    }

    private static Mount.Builder mount(Path host, String container) {
        return Mount.newBuilder().setHostPath(host.toString()).setContainerPath(container);
    }

    private static LinuxContainerConfig capable(String... capabilities) {
        return LinuxContainerConfig.newBuilder()
                .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                        .setCapabilities(Capability.newBuilder().addAllAddCapabilities(List.of(capabilities))))
                .build();
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+", 4));
    }
}
