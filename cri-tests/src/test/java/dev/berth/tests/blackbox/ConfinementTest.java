package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.tests.node.Programs;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a container may not have or reach, one test for each way out that some runtime has left. */
@OnNode
class ConfinementTest {
    private final TestNode node;
    private final Pods pods;

    ConfinementTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    /** CVE-2022-29162, CVE-2022-24769, CVE-2025-27612. */
    @Test
    void noCapabilityIsInherited() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        assertEquals(
                "CapInh:\t0000000000000000",
                pod.shell(container, "grep CapInh /proc/1/status").strip());
        assertEquals(
                "CapInh:\t0000000000000000",
                pod.shell(container, "grep CapInh /proc/self/status").strip());
    }

    /** CVE-2018-10856, CVE-2018-1000400. */
    @Test
    void whoeverIsNotRootHasNoCapability() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder()
                        .setRunAsUser(Int64Value.newBuilder().setValue(1000)))));
        for (String process : List.of("1", "self")) {
            String status = pod.shell(container, "cat /proc/%s/status".formatted(process));
            for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
                assertTrue(status.contains(set + ":\t0000000000000000"), status);
            }
        }
    }

    /** GHSA-g54h-m393-cpwq: what no rule allows is denied, also to a node that the container makes. */
    @Test
    void aDeviceThatIsNotGrantedCannotBeOpened() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        String said = pod.shell(
                container,
                "cd /tmp; for d in 'c 1 1' 'c 1 2' 'c 10 229' 'b 7 0'; do rm -f d; mknod d $d 2>/dev/null && head -c1 d >/dev/null 2>&1 && echo $d; done; echo end");
        assertEquals("end", said.strip());
    }

    /** CVE-2016-9962, CVE-2024-21626: a process and an exec have 0 to 2 and what they open themselves. */
    @Test
    void noDescriptorOfTheNodeIsLeftOpen() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        assertEquals("0 1 2", pod.shell(container, "echo $(ls /proc/1/fd)").strip());
        // 3 is the folder that ls reads.
        assertEquals("0 1 2 3", pod.shell(container, "echo $(ls /proc/self/fd)").strip());
    }

    /** CVE-2020-15257: a pod on the node's network finds no socket to the runtime without a path. */
    @Test
    @OnlyBerth("looks for its sockets by name")
    void noSocketOfTheRuntimeIsReachableWithoutAPath() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        String unix = pod.shell(container, "cat /proc/net/unix");
        assertTrue(unix.lines().noneMatch(line -> line.contains("@") && line.contains("berth")), unix);
    }

    /** CVE-2019-14891: what watches over a pod is not held to its limits. */
    @Test
    @OnlyBerth("looks at its shims")
    void theLauncherIsInNoCgroupOfAContainer() throws Exception {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main"));
        List<Path> launchers = node.daemon().launchers();
        assertTrue(launchers.size() > 1, launchers.toString());
        for (Path launcher : launchers) {
            String cgroups = Files.readString(launcher.resolve("cgroup"));
            assertFalse(cgroups.contains(container) || cgroups.contains(pod.id()), cgroups);
        }
    }

    /** CVE-2021-21334. */
    @Test
    void theEnvironmentOfAContainerIsItsOwn() {
        RunningPod pod = pod();
        pod.start(pods.idle("one").addEnvs(Pods.environment("SECRET", "of one")));
        String two = pod.start(pods.idle("two"));
        assertFalse(pod.shell(two, "env; cat /proc/1/environ").contains("SECRET"));
    }

    /** A session keyring that were the node's, or that of the user on the node, would be one for all. */
    @Test
    void theKeysOfAContainerAreItsOwn() throws Exception {
        RunningPod pod = pod();
        ContainerConfig.Builder one =
                withPrograms(pods.shell("one", "/programs/keyrings mark; echo kept; exec top -b -d 600"));
        String container = pod.start(one);
        while (pod.log(one.build()).stream().noneMatch(line -> line.text().equals("kept"))) {
            Thread.sleep(10);
        }
        List<LogLine> two = pod.runToEnd(withPrograms(pods.container("two", "/programs/keyrings")));
        assertEquals("mark found", pod.log(one.build()).get(1).text());
        assertEquals("mark Required key not available", two.get(1).text());
        for (String session : List.of(two.getFirst().text(), pod.shell(container, "/programs/keyrings"))) {
            assertTrue(session.startsWith("session keyring") && !session.contains("_uid_ses"), session);
        }
    }

    private static ContainerConfig.Builder withPrograms(ContainerConfig.Builder container) throws Exception {
        return container.addMounts(Mount.newBuilder()
                .setHostPath(Programs.folder().toString())
                .setContainerPath("/programs")
                .setReadonly(true));
    }

    /** CVE-2021-41103, CVE-2024-25621. */
    @Test
    @OnlyBerth("looks into its folders")
    void whatTheRuntimeKeepsIsForRootAlone() throws Exception {
        RunningPod pod = pod();
        pod.start(pods.idle("main"));
        Path root = node.folders().root();
        Path state = node.folders().state();
        for (Path folder : List.of(
                state.resolve("records"),
                state.resolve("pods").resolve(pod.id()),
                root.resolve("rw"),
                root.resolve("cni"),
                root.resolve("images"))) {
            assertPrivate(folder);
        }
        for (Path layer : list(root.resolve("rw"))) {
            assertPrivate(layer);
        }
    }

    /** CVE-2022-0811, CVE-2022-0532: a sysctl is one of the pod's namespaces, its value one value. */
    @Test
    void aSysctlReachesNothingOfTheNode() throws Exception {
        Path pattern = Path.of("/proc/sys/kernel/core_pattern");
        String before = Files.readString(pattern);
        PodSandboxConfig.Builder smuggling = pods.config("smuggling");
        smuggling.getLinuxBuilder().putSysctls("kernel.shm_rmid_forced", "1+kernel.core_pattern=|/bin/x #");
        tolerate(() -> pods.run(smuggling.build()));
        for (String name :
                List.of("kernel.core_pattern", "kernel/core_pattern", "net.ipv4/../../kernel/core_pattern")) {
            PodSandboxConfig.Builder config = pods.config("pattern");
            config.getLinuxBuilder().putSysctls(name, "x");
            assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(config.build()));
        }
        PodSandboxConfig.Builder net = pods.hostNetwork("net");
        net.getLinuxBuilder().putSysctls("net.ipv4.ip_forward", "0");
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(net.build()));
        PodSandboxConfig.Builder ipc = pods.config("ipc");
        ipc.getLinuxBuilder()
                .getSecurityContextBuilder()
                .setNamespaceOptions(NamespaceOption.newBuilder().setIpc(NamespaceMode.NODE));
        ipc.getLinuxBuilder().putSysctls("kernel.shmmax", "1");
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(ipc.build()));
        assertEquals(before, Files.readString(pattern));
    }

    /** CVE-2023-6476, CVE-2024-3154: annotations are for people. */
    @Test
    void annotationsGrantNothing() {
        PodSandboxConfig config = pods.hostNetwork("annotated")
                .putAnnotations("io.kubernetes.cri-o.userns-mode", "auto")
                .putAnnotations("io.kubernetes.cri-o.UnifiedCgroup.main", "memory.max=max")
                .putAnnotations("org.systemd.property.DevicePolicy", "auto")
                .putAnnotations("run.oci.systemd.subgroup", "/")
                .build();
        String script = """
                grep -E 'Cap|Seccomp|NoNewPrivs' /proc/1/status; ls /dev
                sed 's/.*: *[0-9]* *//; s/[0-9a-f]\\{32,\\}/ID/g' /proc/1/cgroup
                cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null
                """;
        ContainerConfig.Builder limited = pods.idle("main")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(64 << 20)));
        RunningPod plain = pods.run(config.toBuilder().clearAnnotations().build());
        String expected = plain.shell(plain.start(limited), script);
        plain.close();
        assertTrue(expected.contains(Long.toString(64 << 20)), expected);
        RunningPod pod = pods.run(config);
        assertEquals(expected, pod.shell(pod.start(limited.putAllAnnotations(config.getAnnotationsMap())), script));
    }

    /** CVE-2025-0750: names of a pod are never part of a path. */
    @Test
    void aPodWhoseNamesAreWaysIsJustAPod() {
        PodSandboxConfig.Builder config = pods.hostNetwork("ways");
        config.getMetadataBuilder().setUid("../../../../tmp/berth-escaped").setName("../..");
        tolerate(() -> {
            try (RunningPod pod = pods.run(config.build())) {
                pod.start(pods.idle("main"));
            }
        });
        assertTrue(Files.notExists(Path.of("/tmp/berth-escaped")));
    }

    /** CVE-2022-2995, CVE-2023-25173: a file that a user's own group may not read stays closed. */
    @Test
    void theFirstGroupIsAmongTheGroups() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder()
                        .setRunAsUser(Int64Value.newBuilder().setValue(1000))
                        .setRunAsGroup(Int64Value.newBuilder().setValue(33))
                        .addSupplementalGroups(44))));
        assertEquals(
                "Groups:\t33 44",
                pod.shell(container, "grep Groups /proc/self/status").strip());
    }

    /** CVE-2026-30892: a user by number in an exec is the container's, not root. */
    @Test
    void anExecIsOfTheContainersUser() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder()
                        .setRunAsUser(Int64Value.newBuilder().setValue(1)))));
        assertEquals("1", pod.shell(container, "id -u").strip());
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/etc/new").getExitCode());
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("confined").build());
    }

    private static LinuxContainerConfig secured(LinuxContainerSecurityContext.Builder security) {
        return LinuxContainerConfig.newBuilder().setSecurityContext(security).build();
    }

    /** Refused or not, whichever. */
    private static void tolerate(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException _) {
            // Refused.
        }
    }

    private static void assertPrivate(Path folder) throws IOException {
        assertEquals(
                Set.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE),
                Files.getPosixFilePermissions(folder),
                folder.toString());
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
