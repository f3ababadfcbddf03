package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.tests.node.Footprint;
import dev.berth.tests.node.MemoryUse;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two hundred pods come and go; nothing of them stays. */
@OnlyBerth("looks into its folders and shims")
class ManyPodsTest {
    private static final int PODS = 200;
    private static final int AT_ONCE = 10;
    private static final long DAEMON_PSS_KIB = 130 * 1024;
    private static final long IDLE_POD_PSS_KIB = 160;
    private static final int IDLE_PODS = 20;
    private static final int SETTLE_SECONDS = 15;

    @Test
    void twoHundredPodsLeaveNothingBehind() throws Exception {
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        try (TestNode node = TestNode.start("berthmany0")) {
            inBatches(node.pods(), AT_ONCE);
            Footprint before = footprint(node);
            inBatches(node.pods(), PODS);
            Set<String> left = left(node, before);
            assertEquals(Set.of(), left);
            long pss = settledPss(node);
            assertTrue(pss <= DAEMON_PSS_KIB, "The daemon holds %d KiB".formatted(pss));
        }
    }

    @Test
    void anIdlePodCostsLittleOutsideTheDaemon() throws Exception {
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        try (TestNode node = TestNode.start("berthidle0")) {
            long before = MemoryUse.pssKibOf("berth-shim");
            for (int i = 0; i < IDLE_PODS; i++) {
                node.pods().run("idle" + i);
            }
            long each = (MemoryUse.pssKibOf("berth-shim") - before) / IDLE_PODS;
            assertTrue(each > 0, "No process named berth-shim was found");
            assertTrue(each <= IDLE_POD_PSS_KIB, "An idle pod holds %d KiB".formatted(each));
        }
    }

    /** What the daemon holds once it has given back what the burst took, which it does every few seconds. */
    private static long settledPss(TestNode node) throws Exception {
        long pss = MemoryUse.pssKib(node.daemon().pid());
        for (int i = 0; i < SETTLE_SECONDS && pss > DAEMON_PSS_KIB; i++) {
            Thread.sleep(1000);
            pss = MemoryUse.pssKib(node.daemon().pid());
        }
        return pss;
    }

    private static void inBatches(Pods pods, int count) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int done = 0; done < count; done += AT_ONCE) {
                List<Callable<Void>> batch = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    String name = "many" + (done + i);
                    batch.add(() -> liveOnce(pods, name));
                }
                for (Future<Void> one : threads.invokeAll(batch)) {
                    one.get();
                }
            }
        }
    }

    private static Void liveOnce(Pods pods, String name) {
        try (RunningPod pod = pods.run(name)) {
            String container = pod.start(pods.idle("main"));
            assertEquals("ahoy", pod.shell(container, "echo -n ahoy"));
        }
        return null;
    }

    private static Footprint footprint(TestNode node) throws Exception {
        return Footprint.of(node.folders(), node.daemon().pid());
    }

    /** The kernel and CNI plugins may end a little after the call that asked for it. */
    private static Set<String> left(TestNode node, Footprint before) throws Exception {
        Set<String> left = footprint(node).since(before);
        for (int i = 0; i < 50 && !left.isEmpty(); i++) {
            Thread.sleep(100);
            left = footprint(node).since(before);
        }
        return left;
    }
}
