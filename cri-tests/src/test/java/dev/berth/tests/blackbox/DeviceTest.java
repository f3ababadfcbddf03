package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.Device;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.PodSandboxConfig;
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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices of the node. In brackets the row of critest that a test stands for. */
@OnNode
class DeviceTest {
    private final Pods pods;

    @TempDir
    private Path folder = Path.of("/nonexistent");

    DeviceTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("feature.device")
    void aDeviceIsThereUnderAnotherNameWithTheRightsAskedFor() {
        RunningPod pod = pod();
        String both = pod.start(pods.idle("both").addDevices(device("/dev/kmsg", "/dev/other", "rwm")));
        assertEquals(
                0, pod.exec(both, "/bin/dd", "if=/dev/null", "of=/dev/other").getExitCode());
        String neither = pod.start(pods.idle("neither").addDevices(device("/dev/kmsg", "/dev/other", "m")));
        assertNotEquals(
                0, pod.exec(neither, "/bin/dd", "if=/dev/null", "of=/dev/other").getExitCode());
        String one = pod.start(pods.idle("one").addDevices(device("/dev/kmsg", "/dev/other", "w")));
        assertEquals(
                0, pod.exec(one, "/bin/dd", "if=/dev/null", "of=/dev/other").getExitCode());
        assertNotEquals(
                0,
                pod.exec(one, "/bin/dd", "if=/dev/other", "of=/dev/null", "count=0")
                        .getExitCode());
    }

    @Test
    @Covers("feature.device-folder")
    void aDirectoryOfDevicesBringsEachOfThem() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("deep"));
        Files.writeString(folder.resolve("file"), "no device");
        run("mknod", folder.resolve("a").toString(), "c", "1", "5");
        run("mknod", deep.resolve("b").toString(), "c", "1", "7");
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").addDevices(device(folder.toString(), "/dev/things", "rw")));
        assertEquals("a\ndeep\n", pod.shell(container, "ls /dev/things"));
        assertEquals(
                "4", pod.shell(container, "head -c 4 /dev/things/a | wc -c").strip());
        assertTrue(pod.shell(container, "ls -l /dev/things/deep/b").startsWith("c"));
    }

    @Test
    @OnlyBerth("CRI does not say what a folder without devices is")
    void aPathThatIsNoDeviceIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no device");
        RunningPod pod = pod();
        for (String path : List.of(file.toString(), folder.toString(), "/dev/berth-none")) {
            refused(pod, device(path, "/dev/x", "rw"), path);
        }
        refused(pod, device("/dev/null", "x", "rw"), "absolute");
        refused(pod, device("/dev/null", "/dev/x", "rwx"), "rwx");
    }

    @Test
    void aPrivilegedContainerHasTheDevicesOfTheNode() {
        PodSandboxConfig.Builder config = pods.hostNetwork("privileged");
        config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        RunningPod pod = pods.run(config.build());
        ContainerConfig.Builder container = pods.idle("main")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(
                                LinuxContainerSecurityContext.newBuilder().setPrivileged(true)));
        String id = pod.start(container);
        assertTrue(pod.shell(id, "ls -l /dev/kmsg").startsWith("c"));
        assertEquals(0, pod.exec(id, "/bin/dd", "if=/dev/null", "of=/dev/kmsg").getExitCode());
    }

    private void refused(RunningPod pod, Device.Builder device, String word) {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> pod.create(pods.idle("refused").addDevices(device).build()),
                word);
    }

    private static Device.Builder device(String host, String container, String permissions) {
        return Device.newBuilder().setHostPath(host).setContainerPath(container).setPermissions(permissions);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("devices").build());
    }
}
