package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.NodeExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kubelet runs real pods. */
class KubeletTest {
    private static final int PATIENCE_SECONDS = 180;

    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Kubelet kubelet;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Command.find("kubelet").isPresent(), "kubelet is not on PATH");
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        node = TestNode.start("berthkubelet0");
        try {
            kubelet = Kubelet.start(folder.resolve("kubelet"), node.client().socket());
        } catch (IOException e) {
            node.close();
            throw e;
        }
    }

    @AfterAll
    static void manifestsThatAreGoneLeaveNothing() throws Exception {
        if (kubelet == null) {
            return;
        }
        try (TestNode _ = node;
                Kubelet _ = kubelet) {
            awaitNothingOnTheServer();
        }
    }

    @Test
    void aPodBecomesReadyAnswersAndGoes() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.writeString(shared.resolve("greeting"), "from the node");
        kubelet.addManifest("whole", wholePod(shared));
        JsonNode status = await("whole", KubeletTest::isReady);
        assertTrue(status.path("podIP").asText().startsWith("10."), status.toString());

        assertEquals("from the node", kubelet.run("whole", "main", "cat /shared/greeting"));
        assertEquals("made by init\n", kubelet.run("whole", "main", "cat /www/index.html"));
        assertTrue(kubelet.logs("whole", "main").contains("serving"), kubelet.logs("whole", "main"));
        await(
                "whole",
                _ -> statsOf("whole").path("memory").path("workingSetBytes").asLong() > 0);
        assertEquals(
                0, status.path("containerStatuses").path(0).path("restartCount").asInt());

        kubelet.removeManifest("whole");
        await("whole", JsonNode::isMissingNode);
    }

    @Test
    void aContainerWhoseProbeFailsIsRestarted() throws Exception {
        kubelet.addManifest("failing", failingPod());
        await(
                "failing",
                status -> status.path("containerStatuses")
                                .path(0)
                                .path("restartCount")
                                .asInt()
                        >= 1);
        kubelet.removeManifest("failing");
        await("failing", JsonNode::isMissingNode);
    }

    private static boolean isReady(JsonNode status) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static JsonNode statsOf(String pod) {
        try {
            for (JsonNode one : kubelet.statsSummary().path("pods")) {
                if (one.path("podRef").path("name").asText().startsWith(pod)) {
                    return one.path("containers").path(0);
                }
            }
            return kubelet.statsSummary().path("none");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode await(String pod, Predicate<JsonNode> condition) throws Exception {
        JsonNode status = kubelet.status(pod);
        for (int i = 0; i < 2 * PATIENCE_SECONDS; i++) {
            if (condition.test(status)) {
                return status;
            }
            Thread.sleep(500);
            status = kubelet.status(pod);
        }
        throw new AssertionError("Pod %s did not get there: %s".formatted(pod, status));
    }

    /** The kubelet's garbage collection comes round once a minute. */
    private static void awaitNothingOnTheServer() throws Exception {
        for (int i = 0; i < 2 * PATIENCE_SECONDS; i++) {
            int containers = node.client()
                    .runtime()
                    .listContainers(ListContainersRequest.getDefaultInstance())
                    .getContainersCount();
            if (containers == 0 && node.pods().list().isEmpty()) {
                return;
            }
            Thread.sleep(500);
        }
        throw new AssertionError("These pods are left: " + node.pods().list());
    }

    private static String wholePod(Path shared) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: whole, namespace: default}
                spec:
                  terminationGracePeriodSeconds: 2
                  initContainers:
                  - name: init
                    image: %1$s
                    imagePullPolicy: IfNotPresent
                    command: [/bin/sh, -c, "echo made by init > /www/index.html"]
                    volumeMounts: [{name: www, mountPath: /www}]
                  containers:
                  - name: main
                    image: %1$s
                    imagePullPolicy: IfNotPresent
                    command: [/bin/sh, -c, "echo serving; exec httpd -f -p 80 -h /www"]
                    resources: {limits: {cpu: 500m, memory: 64Mi}}
                    readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
                    livenessProbe: {exec: {command: [/bin/test, -e, /www/index.html]}, periodSeconds: 2}
                    volumeMounts: [{name: www, mountPath: /www}, {name: shared, mountPath: /shared, readOnly: true}]
                  volumes:
                  - {name: www, emptyDir: {}}
                  - {name: shared, hostPath: {path: "%2$s", type: Directory}}
                """.formatted(TestNode.SHELL_IMAGE, shared);
    }

    private static String failingPod() {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: failing, namespace: default}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %s
                imagePullPolicy: IfNotPresent
                command: [/bin/sleep, "3600"]
                livenessProbe: {exec: {command: [/bin/false]}, periodSeconds: 1, failureThreshold: 1}
            """.formatted(TestNode.SHELL_IMAGE);
    }
}
