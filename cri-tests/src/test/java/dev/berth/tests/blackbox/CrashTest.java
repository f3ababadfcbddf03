package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerState;
import dev.berth.cri.v1.IDMapping;
import dev.berth.cri.v1.LinuxPodSandboxConfig;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandbox;
import dev.berth.cri.v1.PodSandboxState;
import dev.berth.cri.v1.UserNamespace;
import dev.berth.tests.node.BerthDaemon;
import dev.berth.tests.node.Footprint;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.LogLine;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL of the daemon at any moment: containers do not notice, nothing is lost, nothing is left over. */
@ExtendWith(NodeExtension.class)
@OnlyBerth("is killed and started again")
class CrashTest {
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start("berthcrash0");
    }

    @AfterEach
    void end() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void aPodWithAUserNamespaceGoesOnInIt() throws Exception {
        Pods pods = node.pods();
        IDMapping ids =
                IDMapping.newBuilder().setHostId(200_000).setLength(65_536).build();
        LinuxPodSandboxConfig.Builder linux = Pods.linux(NamespaceMode.POD, NamespaceMode.CONTAINER).toBuilder();
        linux.getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setUsernsOptions(UserNamespace.newBuilder().addUids(ids).addGids(ids));
        RunningPod pod = pods.run(pods.config("shifted").setLinux(linux).build());
        String container = pod.start(pods.idle("before"));
        node.killDaemon();
        node.startDaemon();
        RunningPod adopted = new RunningPod(node.pods().client(), pod.config(), pod.id());
        String later = adopted.start(node.pods().idle("after"));
        assertEquals("0", adopted.shell(container, "id -u").strip());
        assertEquals(
                adopted.shell(container, "readlink /proc/self/ns/user"),
                adopted.shell(later, "readlink /proc/self/ns/user"));
        adopted.close();
    }

    @Test
    void containersDoNotNoticeAndEveryLineIsThereOnce() throws Exception {
        Pods pods = node.pods();
        RunningPod pod = pods.run("unmoved");
        ContainerConfig.Builder config =
                pods.shell("main", "i=0; while [ $i -lt 600 ]; do echo $i; i=$((i+1)); sleep 0.01; done; exit 9");
        String container = pod.start(config);
        Thread.sleep(1_000);
        node.killDaemon();
        Thread.sleep(1_000);
        node.startDaemon();
        RunningPod after = again(pod);
        assertEquals(PodSandboxState.SANDBOX_READY, after.status().getState());
        assertEquals(ContainerState.CONTAINER_RUNNING, after.status(container).getState());
        assertEquals("here", after.shell(container, "echo -n here"));
        assertEquals(9, after.awaitExit(container).getExitCode());
        List<String> lines =
                after.log(config.build()).stream().map(LogLine::text).toList();
        assertEquals(IntStream.range(0, 600).mapToObj(Integer::toString).toList(), lines);
    }

    @Test
    void whatEndedMeanwhileHasItsExitCodeAndItsTime() throws Exception {
        Pods pods = node.pods();
        RunningPod pod = pods.run("meanwhile");
        String container = pod.start(pods.shell("main", "sleep 1.5; echo last words; exit 23"));
        node.killDaemon();
        Thread.sleep(2_500);
        node.startDaemon();
        RunningPod after = again(pod);
        assertEquals(ContainerState.CONTAINER_EXITED, after.status(container).getState());
        assertEquals(23, after.status(container).getExitCode());
        long ran = after.status(container).getFinishedAt()
                - after.status(container).getStartedAt();
        assertTrue(ran > 1_400_000_000L && ran < 2_200_000_000L, "It ran %d ns".formatted(ran));
        assertEquals(
                "last words", after.log(pods.idle("main").build()).getLast().text());
    }

    @Test
    void everythingCanBeStoppedAndRemovedAfterwards() throws Exception {
        warmUp();
        Footprint before = footprint();
        Pods pods = node.pods();
        RunningPod pod = pods.run("removed");
        pod.start(pods.idle("main"));
        pod.create(pods.idle("created").build());
        node.killDaemon();
        node.startDaemon();
        again(pod).close();
        assertEquals(Set.of(), left(before));
    }

    @Test
    void imagesAreStillThere() throws Exception {
        node.killDaemon();
        node.startDaemon();
        RunningPod pod = node.pods().run("image");
        assertEquals("ahoy", pod.shell(pod.start(node.pods().idle("main")), "echo -n ahoy"));
    }

    @Test
    void aStopOfTheDaemonLeavesContainersRunning() throws Exception {
        Pods pods = node.pods();
        RunningPod pod = pods.run("restart");
        String container = pod.start(pods.idle("main"));
        node.daemon().terminate();
        node.startDaemon();
        assertEquals(
                ContainerState.CONTAINER_RUNNING, again(pod).status(container).getState());
    }

    /** Twelve kills at moments spread over the making of a pod and of a container. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 70, 100})
    void whatWasHalfMadeIsGoneOrWhole(int milliseconds) throws Exception {
        warmUp();
        Footprint before = footprint();
        Pods pods = node.pods();
        Thread maker = Thread.ofVirtual().start(() -> make(pods));
        Thread.sleep(milliseconds + new Random().nextInt(3));
        node.killDaemon();
        maker.join();
        node.startDaemon();
        for (PodSandbox pod : node.pods().list()) {
            assertEquals(PodSandboxState.SANDBOX_READY, pod.getState(), "A half-made pod is listed");
        }
        // The kubelet comes again with the same name.
        RunningPod pod = node.pods().run("half");
        assertEquals("ahoy", pod.shell(pod.start(node.pods().idle("main")), "echo -n ahoy"));
        node.pods().removeAll();
        assertEquals(Set.of(), left(before));
    }

    @Test
    void aSecondServerOnTheSameSocketDoesNotStartAndDoesNoHarm() throws Exception {
        Process second = BerthDaemon.launch(node.folders());
        assertTrue(second.waitFor(30, TimeUnit.SECONDS), "The second server runs");
        assertFalse(second.exitValue() == 0, "The second server ended well");
        assertTrue(node.client().answers());
    }

    /** The first pod makes the bridge and the folder of leases, which stay. */
    private void warmUp() {
        RunningPod warm = node.pods().run("warm");
        warm.start(node.pods().idle("main"));
        warm.close();
    }

    private static void make(Pods pods) {
        try {
            RunningPod pod = pods.run("half");
            pod.start(pods.idle("main"));
        } catch (StatusRuntimeException _) {
            // The server died under it.
        }
    }

    /** The same pod by a client of the new daemon. */
    private RunningPod again(RunningPod pod) {
        return new RunningPod(node.client(), pod.config(), pod.id());
    }

    private Footprint footprint() throws Exception {
        return Footprint.of(node.folders(), node.daemon().pid());
    }

    private Set<String> left(Footprint before) throws Exception {
        Set<String> left = withoutDaemons(footprint().since(before));
        for (int i = 0; i < 50 && !left.isEmpty(); i++) {
            Thread.sleep(100);
            left = withoutDaemons(footprint().since(before));
        }
        return left;
    }

    /** The new daemon and its helper are other processes than the old ones. */
    private static Set<String> withoutDaemons(Set<String> things) {
        things.removeIf(thing ->
                thing.matches("process \\d+ .*(java|helper\\.sock|berth serve).*") || thing.startsWith("descriptors"));
        return things;
    }
}
