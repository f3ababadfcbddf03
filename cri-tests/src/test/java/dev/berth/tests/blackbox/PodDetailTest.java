package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.Int64Value;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.cri.v1.Signal;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Details of pods: names, sysctls, signals, paths of logs. */
@OnNode
class PodDetailTest {
    private final TestNode node;
    private final Pods pods;

    PodDetailTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    void aContainerOnTheNodesNetworkIsToldTheNodesName() throws Exception {
        String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        RunningPod pod = pods.run(pods.hostNetwork("node").build());
        String script = "echo $HOSTNAME; hostname; cat /etc/hostname";
        assertEquals(List.of(name, name, name), texts(pod.runToEnd(pods.shell("main", script))));
    }

    @Test
    void aContainerOfAPodIsToldThePodsName() throws Exception {
        RunningPod pod =
                pods.run(pods.config("named").setHostname("h".repeat(64)).build());
        String name = "h".repeat(64);
        String script = "echo $HOSTNAME; hostname; cat /etc/hostname";
        assertEquals(List.of(name, name, name), texts(pod.runToEnd(pods.shell("main", script))));
    }

    @Test
    @OnlyBerth("CRI does not say which names are none")
    void namesThatLinuxOrNetworkPluginsDoNotTakeAreRefused() {
        refused(pods.config("long").setHostname("h".repeat(65)), "64");
        for (String name : List.of("a;K8S_POD_NAME=b", "a=b", "a/b", "a\nb")) {
            PodSandboxConfig.Builder config = pods.config("bad");
            config.getMetadataBuilder().setName(name);
            refused(config, "name");
        }
    }

    @Test
    @Covers("feature.low-ports")
    void anyUserMayListenOnLowPortsAndPing() {
        RunningPod pod = pods.run("low");
        ContainerConfig.Builder container = pods.idle("main")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setRunAsUser(Int64Value.newBuilder().setValue(1001))));
        String id = pod.start(container);
        assertEquals("0\n", pod.shell(id, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start"));
        assertEquals(
                "0 2147483647",
                pod.shell(id, "echo $(cat /proc/sys/net/ipv4/ping_group_range)").strip());
        assertEquals(
                0,
                pod.exec(id, "/bin/sh", "-c", "timeout 1 nc -l -p 80; [ $? = 143 ]")
                        .getExitCode());
    }

    @Test
    @Covers({"sysctl.safe", "sysctl.unsafe"})
    void whatAPodSetsItselfIsKept() {
        PodSandboxConfig.Builder config = pods.config("own");
        config.getLinuxBuilder()
                .putSysctls("net.ipv4.ip_unprivileged_port_start", "1024")
                .putSysctls("net.core.somaxconn", "77")
                .putSysctls("kernel.shm_rmid_forced", "1")
                .putSysctls("fs.mqueue.msg_max", "100");
        RunningPod pod = pods.run(config.build());
        String id = pod.start(pods.idle("main"));
        assertEquals("1024\n", pod.shell(id, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start"));
        assertEquals("77\n", pod.shell(id, "cat /proc/sys/net/core/somaxconn"));
        assertEquals("1\n", pod.shell(id, "cat /proc/sys/kernel/shm_rmid_forced"));
        assertEquals("100\n", pod.shell(id, "cat /proc/sys/fs/mqueue/msg_max"));
    }

    @Test
    @Covers("feature.stop-signal")
    void theStopSignalIsTheOneAskedForOrTheImagesAndIsTold() throws Exception {
        OciImage image =
                OciImage.of(List.of(BusyboxLayer.ofStatic()), config -> config.put("StopSignal", "SIGRTMIN+3"));
        node.registry().push().push("berth/stop-signal", "1", image);
        String reference = TestNode.HOST + "/berth/stop-signal:1";
        node.pull(reference);
        RunningPod pod = pods.run(pods.hostNetwork("signals").build());
        String usual = pod.start(pods.idle("usual"));
        assertEquals(Signal.SIGNAL_SIGTERM, pod.status(usual).getStopSignal());
        String images =
                pod.start(pods.idle("images").setImage(ImageSpec.newBuilder().setImage(reference)));
        assertEquals(Signal.SIGNAL_SIGRTMINPLUS3, pod.status(images).getStopSignal());
        ContainerConfig.Builder trap = pods.shell(
                        "asked", "trap 'echo usr1; exit 7' USR1; while :; do sleep 0.05; done")
                .setStopSignal(Signal.SIGNAL_SIGUSR1);
        String asked = pod.start(trap);
        assertEquals(Signal.SIGNAL_SIGUSR1, pod.status(asked).getStopSignal());
        pod.stop(asked, 20);
        assertEquals(7, pod.awaitExit(asked).getExitCode());
    }

    @Test
    void theLogMayBeDeepInTheFolderOfThePod() throws Exception {
        RunningPod pod = pods.run(pods.hostNetwork("logs").build());
        ContainerConfig.Builder deep = pods.shell("deep", "echo deep").setLogPath("deep/main.log");
        assertEquals(List.of("deep"), texts(pod.runToEnd(deep)));
    }

    @Test
    @OnlyBerth("CRI says that the path of a log is relative")
    void theLogIsElsewhereWhenItsPathIsAbsolute(@TempDir Path folder) throws Exception {
        RunningPod pod = pods.run(pods.hostNetwork("logs").build());
        Path absolute = folder.resolve("absolute.log");
        String id = pod.start(pods.shell("elsewhere", "echo elsewhere").setLogPath(absolute.toString()));
        pod.awaitExit(id);
        assertEquals(List.of("elsewhere"), texts(LogLine.read(absolute)));
        assertEquals(absolute.toString(), pod.status(id).getLogPath());
    }

    private void refused(PodSandboxConfig.Builder config, String word) {
        int before = pods.list().size();
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> pods.run(config.build()), word);
        assertEquals(before, pods.list().size());
    }

    private static List<String> texts(List<LogLine> lines) {
        return lines.stream().map(LogLine::text).toList();
    }
}
