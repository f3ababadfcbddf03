package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandboxConfig;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a pod sees of the node when it says so, and does not otherwise. */
@OnNode
class NamespaceTest {
    private final Pods pods;

    NamespaceTest(TestNode node) {
        pods = node.pods();
    }

    @Test
    @Covers("namespace.node-pid")
    void aPodWithTheNodesProcessesSeesThisOne() throws Exception {
        long me = ProcessHandle.current().pid();
        String name = Files.readString(Path.of("/proc/self/comm"));
        RunningPod pod = pods.run(pods.config("processes")
                .setLinux(Pods.linux(NamespaceMode.POD, NamespaceMode.NODE))
                .build());
        String container = pod.start(pods.idle("main"));
        assertEquals(name, pod.shell(container, "cat /proc/%d/comm".formatted(me)));
    }

    @Test
    @Covers({"namespace.node-ipc", "namespace.pod-ipc"})
    void sharedMemoryOfTheNodeIsSeenByThosePodsAlone() throws Exception {
        String made = Command.mustRun("ipcmk", "--shmem", "4096");
        String id = made.substring(made.lastIndexOf(' ') + 1).strip();
        String find = "awk '$2 == %s' /proc/sysvipc/shm".formatted(id);
        try {
            RunningPod ofNode = pods.run(ipc(NamespaceMode.NODE));
            assertFalse(ofNode.shell(ofNode.start(pods.idle("main")), find).isBlank());
            RunningPod own = pods.run(ipc(NamespaceMode.POD));
            assertEquals("", own.shell(own.start(pods.idle("main")), find));
        } finally {
            Command.mustRun("ipcrm", "--shmem-id", id);
        }
    }

    private PodSandboxConfig ipc(NamespaceMode mode) {
        PodSandboxConfig.Builder config = pods.config("ipc-" + mode.getNumber());
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setIpc(mode);
        return config.build();
    }

    @Test
    @Covers({"namespace.node-network", "namespace.pod-network"})
    void portsOfTheNodeAreSeenByPodsOnItsNetworkAlone() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "127.0.0.1:" + socket.getLocalPort();
            RunningPod ofNode = pods.run(pods.hostNetwork("node").build());
            String seen = ofNode.shell(ofNode.start(pods.idle("main")), "netstat -ltn");
            // A socket of both families is shown with a longer address.
            assertTrue(seen.contains(port), seen);
            RunningPod own = pods.run("own");
            String other = own.shell(own.start(pods.idle("main")), "netstat -ltn");
            assertFalse(other.contains(port), other);
        }
    }
}
