package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kubelet that learns of pods by events, and of what they use from the runtime alone. */
class EventedKubeletTest {
    /** Far less than the 300 s after which such a kubelet lists what there is. */
    private static final Duration AT_ONCE = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static KubeletNode node;
    private static Kubelet kubelet;

    @BeforeAll
    static void start() throws Exception {
        node = KubeletNode.start("berthevented0", folder, "EventedPLEG", "PodAndContainerStatsFromCRI");
        kubelet = node.kubelet();
    }

    @AfterAll
    static void manifestsThatAreGoneLeaveNothing() throws Exception {
        if (node != null) {
            node.end();
        }
    }

    @Test
    void containersThatTheirProbeKillsAreRestartedAtOnce() throws Exception {
        kubelet.addManifest("failing", KubeletTest.failingPod());
        kubelet.await("failing", status -> restarts(status) >= 1);
        long begin = System.nanoTime();
        int before = restarts(kubelet.status("failing"));
        kubelet.await("failing", status -> restarts(status) > before);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(AT_ONCE) < 0, "the next restart took " + took);
        kubelet.awaitMetric("/metrics", Pattern.compile("(?m)^kubelet_evented_pleg_connection_success_count [1-9]"));
        kubelet.removeManifest("failing");
        kubelet.await("failing", JsonNode::isMissingNode);
    }

    @Test
    void whatPodsUseIsToldByTheRuntimeAlone() throws Exception {
        kubelet.addManifest("measured", KubeletTest.idlePod("measured"));
        kubelet.awaitUsage("measured", "main");
        kubelet.awaitMetric(
                "/metrics/cadvisor",
                Pattern.compile("(?m)^container_memory_usage_bytes\\{[^}]*container=\"main\"[^}]*pod=\"measured"));
        kubelet.awaitMetric(
                "/metrics/cadvisor",
                Pattern.compile("(?m)^container_network_receive_bytes_total\\{[^}]*pod=\"measured"));
        kubelet.removeManifest("measured");
        kubelet.await("measured", JsonNode::isMissingNode);
    }

    private static int restarts(JsonNode status) {
        return status.path("containerStatuses").path(0).path("restartCount").asInt();
    }
}
