package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.v1.ContainerStatusRequest;
import dev.berth.cri.v1.ContainerStatusResponse;
import dev.berth.cri.v1.ExecSyncRequest;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.tests.apiserver.ApiServer;
import dev.berth.tests.node.TestNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kubelet gives a running container more and less CPU and memory. */
class ResizeKubeletTest {
    private static final String POD = "/api/v1/namespaces/default/pods/resized";
    private static final int PATIENCE_SECONDS = 180;
    private static final long MEBIBYTE = 1 << 20;
    private static final Amounts FIRST = new Amounts(200, 48, 500, 96);

    private static final Map<Long, Long> WEIGHTS = Map.of(102L, 17L, 204L, 29L, 307L, 40L);

    /** Requests and limits in thousandths of a CPU and MiB. */
    private record Amounts(int cpuRequest, int memoryRequest, int cpuLimit, int memoryLimit) {
        String json() {
            return """
                    {"limits": {"cpu": "%dm", "memory": "%dMi"}, "requests": {"cpu": "%dm", "memory": "%dMi"}}
                    """.formatted(cpuLimit, memoryLimit, cpuRequest, memoryRequest);
        }

        JsonNode node() throws Exception {
            return new ObjectMapper().readTree(json());
        }

        long shares() {
            return cpuRequest * 1024L / 1000;
        }

        /** What the kernel has of it: shares, or the weight of cgroup v2 that OCI runtimes make of them. */
        long weight() {
            return CgroupLimits.isUnified() ? WEIGHTS.getOrDefault(shares(), 0L) : shares();
        }

        long quota() {
            return cpuLimit * 100L;
        }

        long memory() {
            return memoryLimit * MEBIBYTE;
        }
    }

    @TempDir
    private static Path folder;

    private static ApiServer server;
    private static KubeletNode node;

    @BeforeAll
    static void start() throws Exception {
        server = ApiServer.start();
        node = KubeletNode.join("berthresize0", folder, server);
        server.create(POD, pod());
        await(status -> condition(status, "Ready").path("status").asText().equals("True"));
        awaitAmounts(FIRST);
    }

    @AfterAll
    static void aDeletedPodLeavesNothing() throws Exception {
        if (node != null) {
            server.delete(POD);
            node.end();
        }
        server.close();
    }

    @Test
    void cpuAndMemoryGrowAndShrinkWhileTheProcessGoesOn() throws Exception {
        Running before = Running.now();
        for (Amounts amounts : List.of(new Amounts(300, 64, 800, 128), new Amounts(100, 32, 300, 64), FIRST)) {
            resize(amounts);
            awaitAmounts(amounts);
            assertEquals(before, Running.now());
        }
    }

    @Test
    void aMemoryLimitBelowWhatIsUsedIsNotSet() throws Exception {
        Running before = Running.now();
        shell("dd if=/dev/zero of=/dev/shm/held bs=1M count=40");
        resize(new Amounts(200, 16, 500, 24));
        await(status ->
                condition(status, "PodResizeInProgress").path("reason").asText().equals("Error"));
        assertEquals(FIRST.memory(), CgroupLimits.of(before.pid()).memory());
        assertEquals(before, Running.now());

        resize(FIRST);
        awaitAmounts(FIRST);
        assertEquals(before, Running.now());
        shell("rm /dev/shm/held");
    }

    /** Which process runs in the pod, and how often it was begun. */
    private record Running(String id, long pid, int restarts) {
        static Running now() throws Exception {
            JsonNode status = main(status());
            String id = status.path("containerID").asText().replace("berth://", "");
            String info = criStatus(id).getInfoOrThrow("info");
            return new Running(
                    id,
                    new ObjectMapper().readTree(info).path("pid").asLong(),
                    status.path("restartCount").asInt());
        }
    }

    private static void resize(Amounts amounts) throws Exception {
        JsonNode resources = amounts.node();
        server.respecify(POD, spec -> ((ObjectNode) spec.path("containers").path(0)).set("resources", resources));
    }

    /** Waits until the kubelet says that the resize is done; then kernel, runtime and kubelet agree. */
    private static void awaitAmounts(Amounts amounts) throws Exception {
        JsonNode resources = amounts.node();
        JsonNode status = await(one -> main(one).path("resources").equals(resources)
                && condition(one, "PodResizePending").isMissingNode()
                && condition(one, "PodResizeInProgress").isMissingNode());
        assertEquals(resources.path("requests"), main(status).path("allocatedResources"));

        Running running = Running.now();
        CgroupLimits limits = CgroupLimits.of(running.pid());
        String uid = server.get(POD).orElseThrow().at("/metadata/uid").asText();
        assertEquals(new CgroupLimits(amounts.weight(), amounts.quota(), amounts.memory()), limits);
        // The weight of the pod follows a formula of the kubelet's own.
        CgroupLimits pod = CgroupLimits.ofPod(running.pid(), uid);
        assertEquals(amounts.quota(), pod.quota());
        assertEquals(amounts.memory(), pod.memory());
        LinuxContainerResources told =
                criStatus(running.id()).getStatus().getResources().getLinux();
        assertEquals(amounts.shares(), told.getCpuShares());
        assertEquals(amounts.quota(), told.getCpuQuota());
        assertEquals(amounts.memory(), told.getMemoryLimitInBytes());
    }

    private static ContainerStatusResponse criStatus(String container) {
        return node.node()
                .client()
                .runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .setVerbose(true)
                        .build());
    }

    private static void shell(String script) throws Exception {
        int status = node.node()
                .client()
                .runtime()
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(Running.now().id())
                        .addAllCmd(List.of("/bin/sh", "-c", script))
                        .setTimeout(60)
                        .build())
                .getExitCode();
        assertEquals(0, status, script);
    }

    private static JsonNode status() {
        return server.get(POD).orElseThrow().path("status");
    }

    private static JsonNode main(JsonNode status) {
        return status.path("containerStatuses").path(0);
    }

    private static JsonNode condition(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return new ObjectMapper().missingNode();
    }

    private static JsonNode await(Predicate<JsonNode> condition) throws Exception {
        JsonNode status = status();
        for (int i = 0; i < 5 * PATIENCE_SECONDS; i++) {
            if (condition.test(status)) {
                return status;
            }
            Thread.sleep(200);
            status = status();
        }
        throw new AssertionError("The pod did not get there: %s; events: %s"
                .formatted(status.toPrettyString(), server.list("/api/v1/events")));
    }

    private static String pod() {
        return """
                {
                  "apiVersion": "v1",
                  "kind": "Pod",
                  "metadata": {"name": "resized", "namespace": "default"},
                  "spec": {
                    "nodeName": "%s",
                    "restartPolicy": "Always",
                    "terminationGracePeriodSeconds": 1,
                    "automountServiceAccountToken": false,
                    "enableServiceLinks": false,
                    "dnsPolicy": "Default",
                    "containers": [{
                      "name": "main",
                      "image": "%s",
                      "imagePullPolicy": "IfNotPresent",
                      "command": ["/bin/sleep", "36000"],
                      "resources": %s,
                      "resizePolicy": [
                        {"resourceName": "cpu", "restartPolicy": "NotRequired"},
                        {"resourceName": "memory", "restartPolicy": "NotRequired"}
                      ]
                    }]
                  },
                  "status": {"phase": "Pending", "qosClass": "Burstable"}
                }
                """.formatted(Kubelet.NODE, TestNode.SHELL_IMAGE, FIRST.json());
    }
}
