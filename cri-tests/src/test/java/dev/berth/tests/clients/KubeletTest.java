package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.tests.node.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kubelet runs real pods. */
class KubeletTest {
    @TempDir
    private static Path folder;

    private static KubeletNode node;
    private static Kubelet kubelet;

    @BeforeAll
    static void start() throws Exception {
        node = KubeletNode.start("berthkubelet0", folder);
        kubelet = node.kubelet();
    }

    @AfterAll
    static void manifestsThatAreGoneLeaveNothing() throws Exception {
        if (node != null) {
            node.end();
        }
    }

    @Test
    void aPodBecomesReadyAnswersAndGoes() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.writeString(shared.resolve("greeting"), "from the node");
        kubelet.addManifest("whole", wholePod(shared));
        JsonNode status = kubelet.await("whole", KubeletTest::isReady);
        assertTrue(status.path("podIP").asText().startsWith("10."), status.toString());

        assertEquals("from the node", kubelet.run("whole", "main", "cat /shared/greeting"));
        assertEquals("made by init\n", kubelet.run("whole", "main", "cat /www/index.html"));
        assertTrue(kubelet.logs("whole", "main").contains("serving"), kubelet.logs("whole", "main"));
        kubelet.awaitUsage("whole", "main");
        kubelet.awaitMetric("/metrics/cadvisor", Pattern.compile("(?m)^container_memory_usage_bytes"));
        assertEquals(
                0, status.path("containerStatuses").path(0).path("restartCount").asInt());

        kubelet.removeManifest("whole");
        kubelet.await("whole", JsonNode::isMissingNode);
    }

    @Test
    void aContainerWhoseProbeFailsIsRestarted() throws Exception {
        kubelet.addManifest("failing", failingPod());
        kubelet.await(
                "failing",
                status -> status.path("containerStatuses")
                                .path(0)
                                .path("restartCount")
                                .asInt()
                        >= 1);
        kubelet.removeManifest("failing");
        kubelet.await("failing", JsonNode::isMissingNode);
    }

    private static boolean isReady(JsonNode status) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
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

    static String failingPod() {
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

    static String idlePod(String name) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: default}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %s
                imagePullPolicy: IfNotPresent
                command: [/bin/top, -b, -d, "600"]
            """.formatted(name, TestNode.SHELL_IMAGE);
    }
}
