package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.Project;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images made to get at the node through the runtime, one for each way in which that has worked on some runtime. The number before a
 * test is that of the report. A container may be refused or run; the node stays as it was either way.
 */
@OnNode
class HostileImageTest {
    private static final String CORE_PATTERN = "/proc/sys/kernel/core_pattern";

    /** Of the node; nothing may appear in it. */
    @TempDir
    Path target;

    private final TestNode node;
    private final Pods pods;
    private List<String> etc = List.of();
    private String corePattern = "";

    HostileImageTest(TestNode node) {
        this.node = node;
        this.pods = node.pods();
    }

    @BeforeEach
    void look() throws IOException {
        etc = list(Path.of("/etc"));
        corePattern = Files.readString(Path.of(CORE_PATTERN));
    }

    /** CVE-2019-19921, CVE-2023-27561, CVE-2023-28642, CVE-2025-54867. */
    @Test
    void aLinkInPlaceOfProcOrSysLeavesNothingUnmasked() throws Exception {
        for (String name : List.of("proc", "sys")) {
            push(name + "-link", layer -> layer.symlink(name, "/elsewhere"), _ -> {});
            ContainerConfig.Builder container = of(name + "-link", "cat /proc/keys; echo k > " + CORE_PATTERN)
                    .setLinux(secured(LinuxContainerSecurityContext.newBuilder()
                            .addMaskedPaths("/proc/keys")
                            .addReadonlyPaths("/proc/sys")));
            assertEquals(List.of(), linesOf(container, "stdout"));
        }
        theNodeIsAsItWas();
    }

    /** CVE-2026-41579, CVE-2026-47766: what is made in /dev is made in a file system of the runtime's own. */
    @Test
    void aLinkInPlaceOfDevLeadsNoNodeOrLinkElsewhere() throws Exception {
        push("dev-link", layer -> layer.symlink("dev", "/etc"), _ -> {});
        for (boolean terminal : List.of(false, true)) {
            List<String> made = linesOf(of("dev-link", "ls /etc").setTty(terminal), "stdout");
            assertTrue(made.stream().noneMatch(line -> line.contains("null")), made.toString());
        }
        push("dev-out", layer -> layer.symlink("dev", target.toString()), _ -> {});
        linesOf(of("dev-out", "ls /dev"), "stdout");
        theNodeIsAsItWas();
    }

    /** CVE-2025-31133: a path is masked with the runtime's own null device, not with what the image or a volume calls so. */
    @Test
    void aMaskIsNotWhatTheImageCallsItsNull(@TempDir Path dev) throws Exception {
        push("null-link", layer -> layer.symlink("dev/null", CORE_PATTERN).file("secret", "told"), _ -> {});
        ContainerConfig.Builder container = of(
                        "null-link", "cat /secret; echo x > /secret; [ -c /dev/null ] && echo device")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder().addMaskedPaths("/secret")));
        assertEquals(List.of("device"), linesOf(container, "stdout"));
        Files.createSymbolicLink(dev.resolve("null"), Path.of(CORE_PATTERN));
        ContainerConfig.Builder brought = of("null-link", "cat /secret")
                .setLinux(container.getLinux())
                .addMounts(Mount.newBuilder().setHostPath(dev.toString()).setContainerPath("/dev"));
        assertEquals(List.of(), linesOf(brought, "stdout"));
        theNodeIsAsItWas();
    }

    /** CVE-2025-52565. */
    @Test
    void aTerminalIsNotWhatTheImageCallsItsConsole() throws Exception {
        push("console-link", layer -> layer.symlink("dev/pts", "/proc").symlink("dev/console", CORE_PATTERN), _ -> {});
        assertEquals(List.of("/dev/pts/0"), linesOf(of("console-link", "tty").setTty(true), "stdout"));
        theNodeIsAsItWas();
    }

    /** CVE-2024-21626, CVE-2026-55686: no descriptor of the node is left for the folder to lead through. */
    @Test
    void aFolderAmongTheOpenDescriptorsIsInTheContainer() throws Exception {
        push("fd-links", layer -> layer.symlink("link", "/proc/self/fd"), _ -> {});
        Files.createFile(target.resolve("mark"));
        for (int fd = 0; fd < 40; fd++) {
            String folder = fd % 2 == 0 ? "/proc/self/fd/" + fd : "/link/" + fd;
            ContainerConfig.Builder container = of("fd-links", "ls -a . ./../../../../../../..%s".formatted(target))
                    .setWorkingDir(folder);
            assertFalse(linesOf(container, "stdout").contains("mark"), folder);
        }
        Files.delete(target.resolve("mark"));
    }

    /** CVE-2019-18837, CVE-2024-45310, CVE-2021-30465, CVE-2022-23648, CVE-2024-23652: the way to a mount point is walked inside the root. */
    @Test
    void aLinkOnTheWayToAMountPointMakesNothingOnTheNode(@TempDir Path source) throws Exception {
        Files.writeString(source.resolve("brought"), "");
        push(
                "way-link",
                layer -> layer.symlink("volume", target.toString()).symlink("up", "../../../.." + target),
                _ -> {});
        for (String path : List.of("/volume", "/volume/new/folder", "/up/new")) {
            ContainerConfig.Builder container = of("way-link", "ls " + path)
                    .addMounts(Mount.newBuilder().setHostPath(source.toString()).setContainerPath(path));
            assertEquals(List.of("brought"), linesOf(container, "stdout"), path);
            theNodeIsAsItWas();
        }
        assertEquals(List.of("here"), linesOf(of("way-link", "echo here").setWorkingDir("/volume/made"), "stdout"));
        push(
                "way-volume",
                layer -> layer.symlink("volume", target.toString()),
                config -> config.putObject("Volumes").putObject("/volume/data"));
        ContainerConfig.Builder readonly = of("way-volume", "echo here")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder().setReadonlyRootfs(true)));
        assertEquals(List.of("here"), linesOf(readonly, "stdout"));
        theNodeIsAsItWas();
    }

    /** CVE-2021-30465, CVE-2025-52881: a volume whose folders change while others are mounted below it. */
    @Test
    void aRaceOnASharedVolumeLeadsNoMountOut(@TempDir Path volume, @TempDir Path source) throws Exception {
        RunningPod pod = pods.run(pods.hostNetwork("race").build());
        Mount shared = Mount.newBuilder()
                .setHostPath(volume.toString())
                .setContainerPath("/shared")
                .build();
        String flip =
                "cd /shared; while :; do mkdir a 2>/dev/null; mv a b; ln -s %s a; rm -rf a b; done".formatted(target);
        pod.start(pods.shell("flip", flip).addMounts(shared));
        for (int i = 0; i < 30; i++) {
            ContainerConfig.Builder container = pods.shell("victim" + i, "true")
                    .addMounts(shared)
                    .addMounts(Mount.newBuilder().setHostPath(source.toString()).setContainerPath("/shared/a/below"));
            try {
                pod.start(container);
            } catch (StatusRuntimeException _) {
                // The path was gone when it was looked at.
            }
        }
        pod.close();
        theNodeIsAsItWas();
    }

    /** CVE-2026-30892 and CVE-2026-47766: a container that brings a /dev of its own gets nothing made in it. */
    @Test
    @OnlyBerth("CRI does not say what a folder in the place of /dev gets")
    void aDevThatIsBroughtAlongStaysAsItIs(@TempDir Path dev) throws Exception {
        ContainerConfig.Builder container = pods.shell("main", "echo heard; cat")
                .addMounts(Mount.newBuilder().setHostPath(dev.toString()).setContainerPath("/dev"));
        assertEquals(List.of("heard"), outputOf(container, "stdout"));
        assertEquals(List.of(), list(dev));
    }

    /** CVE-2024-5154, CVE-2022-4318: nothing is written through links of the image, and no user is added. */
    @Test
    void aLinkInPlaceOfEtcAndAHomeOfTwoLinesChangeNoFile() throws Exception {
        push("etc-link", layer -> layer.symlink("etc", target.toString()), _ -> {});
        linesOf(of("etc-link", "ls /"), "stdout");
        ContainerConfig.Builder container = pods.shell("main", "grep -c intruder /etc/passwd")
                .addEnvs(Pods.environment("HOME", "/root\nintruder::0:0::/:/bin/sh"));
        assertEquals(List.of("0"), outputOf(container, "stdout"));
        theNodeIsAsItWas();
    }

    /** CVE-2019-16884, CVE-2025-52881: what the runtime writes to the kernel never lands in files that the image has in the place of /proc. */
    @Test
    void filesInPlaceOfProcTakeNothingThatIsForTheKernel() throws Exception {
        push(
                "proc-files",
                layer -> layer.file("proc/thread-self/oom_score_adj", "")
                        .file("proc/self/oom_score_adj", "")
                        .file("proc/1/oom_score_adj", ""),
                _ -> {});
        ContainerConfig.Builder container = of("proc-files", "cat /proc/self/oom_score_adj");
        container.getLinuxBuilder().getResourcesBuilder().setOomScoreAdj(700);
        assertEquals(List.of("700"), linesOf(container, "stdout"));
    }

    /** CVE-2016-3697, CVE-2026-30892: digits are an id, whatever the image calls so. */
    @Test
    void aNumberIsNeverANameOfTheImage() throws Exception {
        push(
                "number-name",
                layer -> layer.file("etc/passwd", "1000:x:0:0::/:/bin/sh\n"),
                config -> config.put("User", "1000"));
        assertEquals(List.of("1000"), linesOf(of("number-name", "id -u"), "stdout"));
        ContainerConfig.Builder asked = of("number-name", "id -u")
                .setLinux(secured(LinuxContainerSecurityContext.newBuilder()
                        .setRunAsUser(Int64Value.newBuilder().setValue(1000))));
        assertEquals(List.of("1000"), linesOf(asked, "stdout"));
    }

    /** CVE-2024-40635, CVE-2026-46680: a number that no user can have is refused, not rounded and not root. */
    @Test
    void aUserBeyondWhatTheKernelCountsDoesNotRun() throws Exception {
        int count = 0;
        for (String user : List.of("4294967295", "4294967296", "18446744073709551616", "-1", "0x0")) {
            String name = "user" + count++;
            push(name, _ -> {}, config -> config.put("User", user));
            assertEquals(List.of(), linesOf(of(name, "id -u"), "stdout"), user);
        }
    }

    /** CVE-2025-4437, CVE-2026-47262: a user database is read to a bound. */
    @Test
    void anEndlessUserDatabaseIsNotReadWhole() throws Exception {
        byte[] user = "\nsomeone:x:1:1::/:/bin/sh\n".getBytes(StandardCharsets.US_ASCII);
        byte[] large = Arrays.copyOf(user, 24 << 20);
        System.arraycopy(user, 0, large, large.length - user.length, user.length);
        Arrays.fill(large, 0, user.length, (byte) '#');
        push("passwd", layer -> layer.file("etc/passwd", 0644, large), config -> config.put("User", "someone"));
        assertEquals(List.of(), linesOf(of("passwd", "id -u"), "stdout"));
        assertEquals(List.of("up"), outputOf(pods.shell("main", "echo up"), "stdout"));
    }

    /** CVE-2019-5736: the program that the image makes of the launcher is a copy that nobody can write to. */
    @Test
    @OnlyBerth("looks at its shim")
    void theLauncherCannotBeRunOrWrittenAsAProgramOfTheImage() throws Exception {
        Path shim = Project.root().resolve("runtime/src/main/c/build/berth-shim");
        byte[] before = Files.readAllBytes(shim);
        push("self", layer -> layer.symlink("self", "/proc/self/exe").symlink("one", "/proc/1/exe"), _ -> {});
        for (String program : List.of("/self", "/one")) {
            ContainerConfig.Builder container = of("self", "true")
                    .clearCommand()
                    .addCommand(program)
                    .addArgs("helper")
                    .addArgs("/x");
            assertNotEquals(0, exitCodeOf(container));
        }
        RunningPod pod = pods.run(pods.hostNetwork("self").build());
        String container = pod.start(pods.idle("main"));
        List<Path> launchers = node.daemon().launchers();
        assertTrue(launchers.size() > 1, launchers.toString());
        for (Path launcher : launchers) {
            String program = Files.readSymbolicLink(launcher.resolve("exe")).toString();
            assertTrue(program.startsWith("/memfd:"), program);
        }
        String seen = pod.shell(container, "readlink /proc/self/exe; cat /proc/*/comm");
        assertFalse(seen.contains("berth"), seen);
        assertArrayEquals(before, Files.readAllBytes(shim));
    }

    /** CVE-2026-53488: an image's labels are for people. */
    @Test
    void labelsAndAnnotationsOfAnImageGrantNothing() throws Exception {
        push(
                "labels",
                _ -> {},
                config -> config.putObject("Labels")
                        .put("io.kubernetes.cri.privileged", "true")
                        .put("io.kubernetes.cri-o.userns-mode", "auto")
                        .put("org.systemd.property.DeviceAllow", "char-mem rw"));
        String script = "grep CapEff /proc/self/status; ls /dev/mem; cat /proc/1/cgroup | grep -c berth-";
        List<String> plain = linesOf(pods.shell("main", script), "stdout");
        assertEquals(plain, linesOf(of("labels", script), "stdout"));
    }

    private void push(String name, Consumer<TarLayer> fill, Consumer<ObjectNode> config)
            throws IOException, InterruptedException {
        TarLayer top = new TarLayer();
        fill.accept(top);
        OciImage image = OciImage.of(List.of(BusyboxLayer.ofStatic(), top.toBytes()), config);
        node.registry().push().push("berth/hostile-" + name, "1", image);
        node.pull(reference(name));
    }

    private static String reference(String name) {
        return "%s/berth/hostile-%s:1".formatted(TestNode.HOST, name);
    }

    private ContainerConfig.Builder of(String image, String script) {
        return pods.shell("main", script).setImage(ImageSpec.newBuilder().setImage(reference(image)));
    }

    private static LinuxContainerConfig secured(LinuxContainerSecurityContext.Builder security) {
        return LinuxContainerConfig.newBuilder().setSecurityContext(security).build();
    }

    /** What the container said, nothing when it was refused. */
    private List<String> linesOf(ContainerConfig.Builder container, String stream)
            throws IOException, InterruptedException {
        try {
            return outputOf(container, stream);
        } catch (StatusRuntimeException _) {
            return List.of();
        }
    }

    private List<String> outputOf(ContainerConfig.Builder container, String stream)
            throws IOException, InterruptedException {
        try (RunningPod pod = pods.run(pods.hostNetwork("hostile").build())) {
            return pod.runToEnd(container).stream()
                    .filter(line -> line.stream().equals(stream))
                    .map(LogLine::text)
                    .map(String::strip)
                    .toList();
        }
    }

    /** -1 when it was refused. */
    private int exitCodeOf(ContainerConfig.Builder container) throws InterruptedException {
        try (RunningPod pod = pods.run(pods.hostNetwork("hostile").build())) {
            return pod.awaitExit(pod.start(container)).getExitCode();
        } catch (StatusRuntimeException _) {
            return -1;
        }
    }

    private void theNodeIsAsItWas() throws IOException {
        assertEquals(List.of(), list(target));
        assertEquals(etc, list(Path.of("/etc")));
        assertEquals(corePattern, Files.readString(Path.of(CORE_PATTERN)));
        List<String> mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
        assertTrue(mounts.stream().noneMatch(line -> line.contains(target.toString())), mounts.toString());
    }

    private static List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(Path::toString).sorted().toList();
        }
    }
}
