package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ExecSyncResponse;
import dev.berth.cri.v1.LinuxContainerConfig;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two containers of one pod. */
@OnNode
class TogetherTest {
    private final Pods pods;

    TogetherTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("together.network")
    void oneServesAndTheOtherAsksItOnLoopback() {
        RunningPod pod = pods.run("together");
        pod.start(pods.shell("server", "mkdir /www; echo -n ahoy >/www/index.html; exec httpd -f -p 80 -h /www"));
        String client = pod.start(pods.idle("client"));
        String ask = "for i in $(seq 50); do wget -q -O - http://%s/ && break; sleep 0.1; done";
        assertEquals("ahoy", pod.shell(client, ask.formatted("127.0.0.1")));
        assertEquals(
                "ahoy",
                pod.shell(client, ask.formatted(pod.status().getNetwork().getIp())));
    }

    @Test
    @Covers({"together.log", "together.exec"})
    void eachHasItsLogAndItsFiles() throws Exception {
        RunningPod pod = pods.run("together");
        Map<String, String> containers = Map.of(
                "one", pod.start(speaking("one")),
                "two", pod.start(speaking("two")));
        for (Map.Entry<String, String> container : containers.entrySet()) {
            String name = container.getKey();
            ExecSyncResponse answer = pod.exec(
                    container.getValue(), "/bin/sh", "-c", "while [ ! -e /said ]; do sleep 0.05; done; cat /name");
            assertEquals(name + "\n", answer.getStdout().toStringUtf8());
            assertEquals("", answer.getStderr().toStringUtf8());
            Path log = Path.of(pod.status(container.getValue()).getLogPath());
            assertTrue(log.isAbsolute(), log.toString());
            assertEquals(
                    List.of(name), LogLine.read(log).stream().map(LogLine::text).toList());
        }
    }

    private ContainerConfig.Builder speaking(String name) {
        return pods.shell(
                name, "echo %1$s; echo %1$s >/name; touch /said; exec top -b -d 600 >/dev/null".formatted(name));
    }

    @Test
    @Covers("feature.target-pid")
    void aContainerJoinsTheProcessesOfAnother() {
        RunningPod pod = pods.run("target");
        String target = pod.start(pods.container("target", "/bin/sleep", "4321"));
        NamespaceOption namespaces = NamespaceOption.newBuilder()
                .setPid(NamespaceMode.TARGET)
                .setTargetId(target)
                .build();
        String debugger = pod.start(pods.idle("debugger")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(
                                LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(namespaces))));
        assertEquals(
                pod.shell(target, "readlink /proc/self/ns/pid"), pod.shell(debugger, "readlink /proc/self/ns/pid"));
        assertEquals(
                "/bin/sleep 4321",
                pod.shell(debugger, "tr '\\0' ' ' </proc/1/cmdline").strip());
    }
}
