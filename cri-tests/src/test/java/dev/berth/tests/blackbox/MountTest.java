package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts of the node's paths. In brackets the row of critest that a test stands for. */
@OnNode
class MountTest {
    private final TestNode node;
    private final Pods pods;

    @TempDir
    private Path folder = Path.of("/nonexistent");

    MountTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    @Covers("mount.symlink")
    void aSourceThatIsALinkLeadsToWhatItPointsTo() throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.writeString(real.resolve("file"), "cargo");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").addMounts(mount(link, "/cargo")));
        assertEquals("cargo", pod.shell(container, "cat /cargo/file"));
    }

    @Test
    @Covers({"mount.readonly", "mount.recursive"})
    void readonlyKeepsWhatIsMountedBelowWritableUnlessItIsRecursive() throws Exception {
        Path below = Files.createDirectory(folder.resolve("below"));
        run("mount", "-t", "tmpfs", "tmpfs", below.toString());
        try {
            RunningPod pod = pod();
            String container = pod.start(pods.idle("main")
                    .addMounts(mount(folder, "/plain").setReadonly(true))
                    .addMounts(mount(folder, "/recursive").setReadonly(true).setRecursiveReadOnly(true)));
            assertTrue(fails(pod, container, "touch /plain/x"));
            assertFalse(fails(pod, container, "touch /plain/below/x"));
            assertTrue(fails(pod, container, "touch /recursive/x"));
            assertTrue(fails(pod, container, "touch /recursive/below/x"));
        } finally {
            run("umount", below.toString());
        }
    }

    @Test
    @Covers({"mount.recursive-from-host", "mount.recursive-bidirectional", "mount.recursive-writable"})
    void recursiveReadonlyNeedsReadonlyAndPrivatePropagation() {
        RunningPod pod = pod();
        Mount.Builder recursive = mount(folder, "/m").setRecursiveReadOnly(true);
        refused(pod, recursive.clone(), "recursively");
        for (MountPropagation propagation :
                List.of(MountPropagation.PROPAGATION_HOST_TO_CONTAINER, MountPropagation.PROPAGATION_BIDIRECTIONAL)) {
            refused(pod, recursive.clone().setReadonly(true).setPropagation(propagation), "recursively");
        }
    }

    @Test
    @Covers({"mount.private", "mount.from-host"})
    void aMountOfTheNodeReachesAContainerOnlyWhenItPropagates() throws Exception {
        Path below = Files.createDirectory(folder.resolve("below"));
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main")
                .addMounts(mount(folder, "/private"))
                .addMounts(mount(folder, "/slave").setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER)));
        run("mount", "-t", "tmpfs", "tmpfs", below.toString());
        try {
            Files.writeString(below.resolve("late"), "cargo");
            assertEquals("cargo", pod.shell(container, "cat /slave/below/late"));
            assertTrue(fails(pod, container, "cat /private/below/late"));
            assertEquals(
                    List.of("/private PROPAGATION_PRIVATE", "/slave PROPAGATION_HOST_TO_CONTAINER"),
                    pod.status(container).getMountsList().stream()
                            .map(mount -> mount.getContainerPath() + " " + mount.getPropagation())
                            .toList());
        } finally {
            run("umount", below.toString());
        }
    }

    @Test
    @Covers("mount.bidirectional")
    void aMountOfAContainerReachesTheNodeOnlyWhenItIsBidirectional() throws Exception {
        Path below = Files.createDirectory(folder.resolve("below"));
        RunningPod pod = pods.run(privilegedPod());
        String container = pod.start(pods.idle("main")
                .setLinux(privileged())
                .addMounts(mount(folder, "/private"))
                .addMounts(mount(folder, "/slave").setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER))
                .addMounts(mount(folder, "/shared").setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL)));
        for (String kept : List.of("/private", "/slave")) {
            String mounts = "mount -t tmpfs tmpfs %1$s/below && echo kept >%1$s/below/file".formatted(kept);
            assertFalse(fails(pod, container, mounts));
            assertTrue(Files.notExists(below.resolve("file")), kept);
            assertFalse(fails(pod, container, "umount %s/below".formatted(kept)));
        }
        assertFalse(fails(pod, container, "mount -t tmpfs tmpfs /shared/below && echo cargo >/shared/below/file"));
        try {
            assertEquals("cargo\n", Files.readString(below.resolve("file")));
            Files.writeString(below.resolve("back"), "back");
            assertEquals("back", pod.shell(container, "cat /shared/below/back"));
        } finally {
            run("umount", below.toString());
        }
    }

    @Test
    void propagationThatTheNodesMountDoesNotHaveIsRefused() throws Exception {
        run("mount", "-t", "tmpfs", "tmpfs", folder.toString());
        run("mount", "--make-private", folder.toString());
        try {
            RunningPod pod = pod();
            for (MountPropagation propagation : List.of(
                    MountPropagation.PROPAGATION_HOST_TO_CONTAINER, MountPropagation.PROPAGATION_BIDIRECTIONAL)) {
                refused(pod, mount(folder, "/m").setPropagation(propagation), folder.toString(), "propagates nothing");
            }
        } finally {
            run("umount", folder.toString());
        }
    }

    @Test
    @Covers("feature.mount-options")
    void mountOptionsTakeAwayWhatTheyName() throws Exception {
        Path program = Files.writeString(folder.resolve("program"), "#!/bin/sh\n");
        assertTrue(program.toFile().setExecutable(true));
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main")
                .addMounts(mount(folder, "/free"))
                .addMounts(mount(folder, "/bound")
                        .addAllMountOptions(List.of("noexec", "nosuid", "nodev", "noatime", "nosymfollow", "ro"))));
        assertFalse(fails(pod, container, "/free/program"));
        assertTrue(fails(pod, container, "/bound/program"));
        String options =
                pod.shell(container, "grep ' /bound ' /proc/self/mounts").split(" ", -1)[3];
        for (String option : List.of("ro", "noexec", "nosuid", "nodev", "noatime")) {
            assertTrue(List.of(options.split(",")).contains(option), options);
        }
        String offered = node.client()
                .runtime()
                .status(StatusRequest.getDefaultInstance())
                .getFeatures()
                .toString();
        assertTrue(offered.contains("mount_options: true"), offered);
    }

    @Test
    void mountOptionsThatAreUnknownOrContradictoryAreRefused() {
        RunningPod pod = pod();
        refused(pod, mount(folder, "/m").addMountOptions("exec"), "exec", "noexec");
        refused(pod, mount(folder, "/m").addMountOptions("size=1"), "size=1");
        refused(pod, mount(folder, "/m").addMountOptions("noatime").addMountOptions("strictatime"), "/m", "noatime");
    }

    @Test
    void aFileIsMountedWhereTheKubeletExpectsTheLastMessage() throws Exception {
        Path message = Files.createFile(folder.resolve("message"));
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").addMounts(mount(message, "/dev/termination-log")));
        assertFalse(fails(pod, container, "echo farewell >/dev/termination-log"));
        assertEquals("farewell\n", Files.readString(message));
    }

    @Test
    void anEntryOfDevCanBeMountedOver() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "cargo");
        RunningPod pod = pod();
        String container =
                pod.start(pods.idle("main").addMounts(mount(file, "/dev/zero")).addMounts(mount(folder, "/dev/shm")));
        assertEquals("cargo", pod.shell(container, "cat /dev/zero"));
        assertEquals("cargo", pod.shell(container, "cat /dev/shm/file"));
    }

    @Test
    @OnlyBerth("CRI does not say where mounts may not go")
    void theRootAndTheKernelsFilesCannotBeMountedOver() {
        RunningPod pod = pod();
        for (String path : List.of("/", "//", "/./", "/proc", "/proc/", "/proc/self", "/proc/sys/kernel")) {
            refused(pod, mount(folder, path), folder.toString());
        }
    }

    @Test
    void filesOfProcThatDescribeTheMachineCanBeMountedOver() throws Exception {
        Path file = Files.writeString(folder.resolve("uptime"), "1.00 1.00\n");
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").addMounts(mount(file, "/proc/uptime")));
        assertEquals("1.00 1.00\n", pod.shell(container, "cat /proc/uptime"));
    }

    @Test
    void linksThatAnImagePutsInTheWayLeadNowhereOutsideOfIt() throws Exception {
        String image =
                image("links", layer -> layer.symlink("out", "../../../../..").symlink("kernel", "/proc/sys"));
        Files.writeString(folder.resolve("file"), "cargo");
        Path outside = Path.of("/berth-mount-test");
        RunningPod pod = pod();
        String container = pod.start(of(image, "main").addMounts(mount(folder, "/out/berth-mount-test")));
        assertEquals("cargo", pod.shell(container, "cat /berth-mount-test/file"));
        assertTrue(Files.notExists(outside));
    }

    @Test
    @Covers("feature.declared-volumes")
    void volumesThatAnImageDeclaresStayWritableInAReadonlyRoot() throws Exception {
        String image = image(
                "volumes", layer -> layer.directory("data", 0750).file("data/file", "cargo"), "/data", "/cache/deep");
        RunningPod pod = pod();
        ContainerConfig.Builder container = of(image, "main").setLinux(readonlyRoot());
        String id = pod.start(container);
        assertEquals("cargo", pod.shell(id, "cat /data/file"));
        assertFalse(fails(pod, id, "echo more >/data/file && touch /cache/deep/new"));
        assertTrue(fails(pod, id, "touch /new"));
        assertTrue(fails(pod, id, "touch /cache/new"));
        assertEquals("drwxr-x---", pod.shell(id, "ls -ld /data").substring(0, 10));
        assertEquals(0, pod.status(id).getMountsCount());
        String other = pod.start(of(image, "other"));
        assertEquals("cargo", pod.shell(other, "cat /data/file"));
    }

    @Test
    void aMountTakesThePlaceOfADeclaredVolume() throws Exception {
        String image = image("covered", layer -> layer.file("data/file", "cargo"), "/data", "/data/deep");
        RunningPod pod = pod();
        String id = pod.start(of(image, "main")
                .setLinux(readonlyRoot())
                .addMounts(mount(folder, "/data").setReadonly(true)));
        assertEquals("", pod.shell(id, "ls /data"));
    }

    @Test
    @OnlyBerth("CRI does not say what declared volumes are")
    void volumesThatAnImageDeclaresOverTheKernelsFilesAreRefused() throws Exception {
        RunningPod pod = pod();
        for (String path : List.of("/", "/proc", "/sys/fs", "/dev", "/../etc", "relative")) {
            String image = image("bad" + path.length(), layer -> layer.file("x", "x"), path);
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    () -> pod.create(of(image, "main").build()),
                    path);
        }
    }

    private String image(String name, Consumer<TarLayer> fill, String... volumes)
            throws IOException, InterruptedException {
        TarLayer layer = new TarLayer();
        fill.accept(layer);
        OciImage image = OciImage.of(List.of(BusyboxLayer.ofStatic(), layer.toBytes()), config -> {
            config.putArray("Cmd").add("/bin/sh");
            for (String volume : volumes) {
                config.withObject("/Volumes").putObject(volume);
            }
        });
        node.registry().push().push("berth/mount-" + name, "1", image);
        String reference = TestNode.HOST + "/berth/mount-" + name + ":1";
        node.pull(reference);
        return reference;
    }

    private ContainerConfig.Builder of(String image, String name) {
        return pods.idle(name).setImage(ImageSpec.newBuilder().setImage(image));
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("mounts").build());
    }

    private PodSandboxConfig privilegedPod() {
        PodSandboxConfig.Builder config = pods.hostNetwork("privileged");
        config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        return config.build();
    }

    private static LinuxContainerConfig privileged() {
        return LinuxContainerConfig.newBuilder()
                .setSecurityContext(LinuxContainerSecurityContext.newBuilder().setPrivileged(true))
                .build();
    }

    private static LinuxContainerConfig readonlyRoot() {
        return LinuxContainerConfig.newBuilder()
                .setSecurityContext(LinuxContainerSecurityContext.newBuilder().setReadonlyRootfs(true))
                .build();
    }

    private void refused(RunningPod pod, Mount.Builder mount, String... words) {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> pod.create(pods.idle("refused").addMounts(mount).build()),
                words);
    }

    private static boolean fails(RunningPod pod, String container, String script) {
        return pod.exec(container, "/bin/sh", "-c", script).getExitCode() != 0;
    }

    private static Mount.Builder mount(Path host, String container) {
        return Mount.newBuilder().setHostPath(host.toString()).setContainerPath(container);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder(command).inheritIO().start().waitFor(),
                () -> String.join(" ", command) + " failed");
    }
}
