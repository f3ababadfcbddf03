package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.CDIDevice;
import dev.berth.cri.v1.ContainerConfig;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices of the Container Device Interface. */
@OnNode
class CdiTest {
    private static final Path SPECS = Path.of("/var/run/cdi");
    private static final String SPEC = """
            cdiVersion: "0.7.0"
            kind: berth.test/thing
            devices:
              - name: one
                containerEdits:
                  env: ["THING=one"]
                  deviceNodes:
                    - {path: /dev/thing, hostPath: /dev/zero, permissions: rw, fileMode: 0640}
                  mounts:
                    - {hostPath: %s, containerPath: /thing, options: [ro, noexec, rbind]}
                  additionalGids: [4321]
            """;

    private final Pods pods;

    @TempDir
    private Path folder = Path.of("/nonexistent");

    CdiTest(TestNode node) {
        pods = node.pods();
    }

    @BeforeEach
    void spec() throws IOException {
        Files.createDirectories(SPECS);
        Files.writeString(folder.resolve("file"), "cargo");
        Files.writeString(SPECS.resolve("berth-test.yaml"), SPEC.formatted(folder));
    }

    @AfterEach
    void remove() throws IOException {
        Files.deleteIfExists(SPECS.resolve("berth-test.yaml"));
        Files.deleteIfExists(SPECS.resolve("berth-again.json"));
    }

    @Test
    @Covers("feature.cdi-field")
    void aDeviceByFieldBringsItsVariablesNodesMountsAndGroups() {
        RunningPod pod = pod();
        String container = pod.start(asking("main", "berth.test/thing=one"));
        assertEquals("one\n", pod.shell(container, "tr '\\0' '\\n' </proc/1/environ | sed -n 's/^THING=//p'"));
        assertEquals(
                "crw-r----- 1, 5",
                pod.shell(container, "ls -l /dev/thing | awk '{print $1, $5, $6}'")
                        .strip());
        assertEquals("4", pod.shell(container, "head -c 4 /dev/thing | wc -c").strip());
        assertEquals("cargo", pod.shell(container, "cat /thing/file"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/thing/new").getExitCode());
        assertTrue(pod.shell(container, "grep ' /thing ' /proc/self/mounts").contains("noexec"));
        assertTrue(pod.shell(container, "grep Groups /proc/1/status").contains("4321"));
        assertEquals(0, pod.status(container).getMountsCount(), "A mount is reported that was not asked for");
    }

    @Test
    @Covers("feature.cdi-annotations")
    void aDeviceByAnnotationIsTheSame() {
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").putAnnotations("cdi.k8s.io/plugin_x", "berth.test/thing=one"));
        assertEquals("cargo", pod.shell(container, "cat /thing/file"));
    }

    @Test
    void aSpecIsSeenAsSoonAsItIsWritten() throws Exception {
        RunningPod pod = pod();
        assertRefused(
                Status.Code.NOT_FOUND,
                () -> pod.create(asking("early", "berth.test/thing=two").build()),
                "berth.test/thing=two");
        Files.writeString(
                SPECS.resolve("berth-again.json"),
                "{\"cdiVersion\": \"0.5.0\", \"kind\": \"berth.test/thing\", \"devices\": [{\"name\": \"two\", \"containerEdits\": {\"env\": [\"THING=two\"]}}]}");
        String container = pod.start(asking("late", "berth.test/thing=two"));
        assertTrue(pod.shell(container, "tr '\\0' '\\n' </proc/1/environ").contains("THING=two"));
    }

    @Test
    @OnlyBerth("CRI lets a server see it later than CreateContainer")
    void whatCannotBeGivenIsRefusedBeforeAnythingIsMade() throws Exception {
        RunningPod pod = pod();
        refused(pod, Status.Code.INVALID_ARGUMENT, "nonsense", "vendor.com/class=device");
        Files.writeString(SPECS.resolve("berth-again.json"), "{\"cdiVersion\": ");
        refused(pod, Status.Code.NOT_FOUND, "berth.test/thing=three", "berth-again.json");
        Files.writeString(
                SPECS.resolve("berth-test.yaml"), SPEC.formatted(folder).replace("/dev/zero", "/dev/berth-none"));
        refused(pod, Status.Code.INVALID_ARGUMENT, "berth.test/thing=one", "/dev/berth-none");
        Files.writeString(SPECS.resolve("berth-test.yaml"), SPEC.formatted("/berth-none"));
        refused(pod, Status.Code.INVALID_ARGUMENT, "berth.test/thing=one", "/berth-none");
        Files.writeString(
                SPECS.resolve("berth-test.yaml"),
                SPEC.formatted(folder) + "      hooks: [{hookName: createRuntime, path: /bin/true}]\n");
        refused(pod, Status.Code.INVALID_ARGUMENT, "berth.test/thing=one", "hooks");
    }

    private void refused(RunningPod pod, Status.Code code, String name, String word) {
        assertRefused(code, () -> pod.create(asking("refused", name).build()), word);
    }

    private ContainerConfig.Builder asking(String container, String device) {
        return pods.idle(container).addCDIDevices(CDIDevice.newBuilder().setName(device));
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("cdi").build());
    }
}
