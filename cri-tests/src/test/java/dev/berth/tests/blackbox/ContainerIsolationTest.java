package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerStatus;
import dev.berth.cri.v1.DNSConfig;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnNode
class ContainerIsolationTest {
    private static final long MEBIBYTE = 1024 * 1024;

    private final Pods pods;

    ContainerIsolationTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("namespace.container-pid")
    void aContainerIsTheFirstOfItsProcesses() throws Exception {
        assertEquals(List.of("1"), outputOf(pods.run("first"), pods.shell("main", "echo $$")));
    }

    @Test
    @Covers("namespace.pod-pid")
    void containersOfAPodWithSharedProcessesSeeEachOther() {
        RunningPod pod = pods.run(pods.config("shared")
                .setLinux(Pods.linux(NamespaceMode.POD, NamespaceMode.POD))
                .build());
        pod.start(pods.container("a", "/bin/sleep", "4321"));
        String b = pod.start(pods.idle("b"));
        assertTrue(pod.shell(b, "ps -o args").contains("sleep 4321"));
        assertNotEquals("1", pod.shell(b, "pidof top").strip());
    }

    @Test
    void containersOfAPodWithoutSharedProcessesDoNot() {
        RunningPod pod = pods.run("apart");
        pod.start(pods.container("a", "/bin/sleep", "4321"));
        String b = pod.start(pods.idle("b"));
        assertFalse(pod.shell(b, "ps -o args").contains("sleep 4321"));
    }

    @Test
    void containersOfAPodShareTheirNetwork() {
        RunningPod pod = pods.run("network");
        String a = pod.start(pods.idle("a"));
        String b = pod.start(pods.idle("b"));
        assertEquals(link(pod, a, "net"), link(pod, b, "net"));
        assertEquals(link(pod, a, "ipc"), link(pod, b, "ipc"));
        assertEquals(link(pod, a, "uts"), link(pod, b, "uts"));
        assertNotEquals(link(pod, a, "mnt"), link(pod, b, "mnt"));
        assertNotEquals(link(pod, a, "pid"), link(pod, b, "pid"));
    }

    @Test
    void twoPodsShareNothing() {
        RunningPod one = pods.run("one");
        RunningPod two = pods.run("two");
        String a = one.start(pods.idle("main"));
        String b = two.start(pods.idle("main"));
        for (String namespace : List.of("net", "ipc", "uts", "mnt", "pid")) {
            assertNotEquals(link(one, a, namespace), link(two, b, namespace));
        }
    }

    @Test
    void aPodOnTheNodesNetworkUsesTheNodesNamespace() throws Exception {
        RunningPod pod = pods.run(pods.hostNetwork("node").build());
        String container = pod.start(pods.idle("main"));
        String ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        assertEquals(ours, link(pod, container, "net"));
    }

    @Test
    @Covers({"network.dns", "network.hostname"})
    void loopbackIsUpAndThePodKnowsItsNameAndServers() {
        RunningPod pod = pods.run(pods.config("named")
                .setDnsConfig(DNSConfig.newBuilder()
                        .addServers("10.96.0.10")
                        .addSearches("svc.cluster.local")
                        .addOptions("ndots:5"))
                .build());
        String container = pod.start(pods.idle("main"));
        assertEquals("named", pod.shell(container, "hostname").strip());
        assertTrue(pod.shell(container, "ping -c 1 127.0.0.1").contains("1 packets received"));
        assertEquals(
                "nameserver 10.96.0.10\nsearch svc.cluster.local\noptions ndots:5",
                sorted(pod.shell(container, "cat /etc/resolv.conf")));
        assertTrue(pod.shell(container, "cat /etc/hosts").contains("localhost"));
    }

    @Test
    @Covers({"path.masked", "path.readonly"})
    void theKernelsSensitiveFilesAreMaskedOrReadOnly() {
        RunningPod pod = pods.run("masked");
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .addMaskedPaths("/proc/kcore")
                .addMaskedPaths("/proc/timer_list")
                .addMaskedPaths("/bin/ls")
                .addReadonlyPaths("/proc/sys")
                .addReadonlyPaths("/tmp")
                .build();
        String container = pod.start(pods.idle("main").setLinux(secured(security)));
        assertEquals("0", pod.shell(container, "wc -c < /proc/timer_list").strip());
        assertEquals("0", pod.shell(container, "wc -c < /bin/ls").strip());
        assertTrue(pod.exec(container, "/bin/touch", "/tmp/test")
                .getStderr()
                .toStringUtf8()
                .contains("/tmp/test: Read-only file system"));
        assertNotEquals(
                0,
                pod.exec(container, "/bin/sh", "-c", "echo x > /proc/sys/kernel/domainname")
                        .getExitCode());
        assertNotEquals(
                0,
                pod.exec(container, "/bin/sh", "-c", "cd /sys/fs/cgroup; [ ! -d memory ] || cd memory; mkdir x")
                        .getExitCode());
    }

    @Test
    @Covers({"seccomp.default", "capability.drop-all"})
    void theDefaultProfileFiltersAndPrivilegesAreFew() {
        RunningPod pod = pods.run("confined");
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setSeccomp(SecurityProfile.getDefaultInstance())
                .setNoNewPrivs(true)
                .setCapabilities(Capability.newBuilder().addDropCapabilities("ALL"))
                .build();
        String container = pod.start(pods.idle("main").setLinux(secured(security)));
        String status = pod.shell(container, "cat /proc/self/status");
        assertTrue(status.contains("Seccomp:\t2"), status);
        assertTrue(status.contains("NoNewPrivs:\t1"), status);
        assertTrue(status.contains("CapBnd:\t0000000000000000"), status);
        assertTrue(status.contains("CapEff:\t0000000000000000"), status);
    }

    @Test
    void aProfileOfTheNodeHoldsAsItWasWhenTheContainerWasMade(@TempDir Path node) throws Exception {
        Path profile = node.resolve("profile.json");
        String refusing = """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}""";
        Files.writeString(profile, refusing);
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setSeccomp(SecurityProfile.newBuilder()
                        .setProfileType(SecurityProfile.ProfileType.Localhost)
                        .setLocalhostRef(profile.toString()))
                .build();
        RunningPod pod = pods.run("pinned");
        String container =
                pod.create(pods.idle("main").setLinux(secured(security)).build());
        Files.writeString(profile, "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
        pod.startCreated(container);
        Files.delete(profile);
        assertNotEquals(0, pod.exec(container, "/bin/mkdir", "/tmp/new").getExitCode());
    }

    @Test
    @Covers({"user.groups", "user.uid", "user.gid"})
    void aUserByNumberHasItsGroups() throws Exception {
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setRunAsUser(Int64Value.newBuilder().setValue(1001))
                .setRunAsGroup(Int64Value.newBuilder().setValue(1002))
                .addSupplementalGroups(1234)
                .build();
        assertEquals(
                List.of("1001 1002 1002 1234"),
                outputOf(
                        pods.run("number"),
                        pods.shell("main", "echo $(id -u) $(id -g) $(id -G)").setLinux(secured(security))));
    }

    @Test
    @Covers("user.name")
    void aUserByNameComesFromTheImage() throws Exception {
        LinuxContainerSecurityContext security = LinuxContainerSecurityContext.newBuilder()
                .setRunAsUsername("www-data")
                .build();
        assertEquals(
                List.of("33 33"),
                outputOf(
                        pods.run("name"),
                        pods.shell("main", "echo $(id -u) $(id -g)").setLinux(secured(security))));
    }

    @Test
    void environmentAndFolderAreAsAsked() throws Exception {
        ContainerConfig.Builder container = pods.shell("main", "echo $GREETING $PWD")
                .addEnvs(Pods.environment("GREETING", "ahoy"))
                .setWorkingDir("/var/log");
        assertEquals(List.of("ahoy /var/log"), outputOf(pods.run("environment"), container));
    }

    @Test
    @Covers("mount.volume")
    void aMountIsSeenAndReadOnlyIsKept(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("file"), "cargo");
        RunningPod pod = pods.run("mounts");
        String container = pod.start(pods.idle("main")
                .addMounts(mount(folder, "/cargo").setReadonly(true).setSelinuxRelabel(true))
                .addMounts(mount(folder, "/hold")));
        assertEquals("cargo", pod.shell(container, "cat /cargo/file"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/cargo/new").getExitCode());
        assertEquals(0, pod.exec(container, "/bin/touch", "/hold/new").getExitCode());
        assertTrue(Files.exists(folder.resolve("new")));
    }

    @Test
    @Covers({"root.writable", "root.readonly"})
    void theRootIsWritableOnItsOwnOrReadOnly() {
        RunningPod pod = pods.run("root");
        String one = pod.start(pods.idle("one"));
        String two = pod.start(pods.idle("two"));
        String three = pod.start(pods.idle("three")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder()
                        .setReadonlyRootfs(true)
                        .build())));
        assertEquals(0, pod.exec(one, "/bin/touch", "/mine").getExitCode());
        assertNotEquals(0, pod.exec(two, "/bin/ls", "/mine").getExitCode());
        assertNotEquals(0, pod.exec(three, "/bin/touch", "/mine").getExitCode());
    }

    @Test
    @Covers("container.oom")
    void memoryBeyondTheLimitKillsTheContainer() throws Exception {
        LinuxContainerResources limits = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(24 * MEBIBYTE)
                .setMemorySwapLimitInBytes(24 * MEBIBYTE)
                .build();
        RunningPod pod = pods.run("memory");
        String other = pod.start(pods.idle("other"));
        ContainerStatus status = pod.awaitExit(
                pod.start(pods.container("main", "/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=2")
                        .setLinux(LinuxContainerConfig.newBuilder().setResources(limits))));
        assertEquals(137, status.getExitCode());
        assertEquals("OOMKilled", status.getReason());
        assertEquals("alive", pod.shell(other, "echo -n alive"));
    }

    @Test
    @Covers("feature.update-container")
    void limitsAreReportedAndChangeWhileItRuns() {
        LinuxContainerResources limits = LinuxContainerResources.newBuilder()
                .setCpuPeriod(100_000)
                .setCpuQuota(50_000)
                .setCpuShares(512)
                .setMemoryLimitInBytes(64 * MEBIBYTE)
                .build();
        RunningPod pod = pods.run("limits");
        String container = pod.start(
                pods.idle("main").setLinux(LinuxContainerConfig.newBuilder().setResources(limits)));
        LinuxContainerResources seen = pod.status(container).getResources().getLinux();
        assertEquals(64 * MEBIBYTE, seen.getMemoryLimitInBytes());
        assertEquals(50_000, seen.getCpuQuota());
        Resources.update(
                pods.client(),
                container,
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(96 * MEBIBYTE)
                        .build());
        assertEquals(
                96 * MEBIBYTE, pod.status(container).getResources().getLinux().getMemoryLimitInBytes());
        assertEquals(50_000, pod.status(container).getResources().getLinux().getCpuQuota());
    }

    private static List<String> outputOf(RunningPod pod, ContainerConfig.Builder container)
            throws IOException, InterruptedException {
        return pod.runToEnd(container).stream().map(line -> line.text()).toList();
    }

    private static String link(RunningPod pod, String container, String namespace) {
        return pod.exec(container, "/bin/readlink", "/proc/1/ns/" + namespace)
                .getStdout()
                .toStringUtf8()
                .strip();
    }

    private static LinuxContainerConfig secured(LinuxContainerSecurityContext security) {
        return LinuxContainerConfig.newBuilder().setSecurityContext(security).build();
    }

    private static Mount.Builder mount(Path host, String container) {
        return Mount.newBuilder().setHostPath(host.toString()).setContainerPath(container);
    }

    private static String sorted(String resolvConf) {
        return resolvConf
                .lines()
                .filter(line -> !line.isBlank())
                .sorted((a, b) -> Integer.compare(rank(a), rank(b)))
                .reduce((a, b) -> a + "\n" + b)
                .orElse("");
    }

    private static int rank(String line) {
        return List.of("nameserver", "search", "options").indexOf(line.substring(0, line.indexOf(' ')));
    }
}
