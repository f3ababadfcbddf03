package dev.berth.cri.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.CDIDevice;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CdiDevicesTest {
    private static final String YAML = """
            cdiVersion: "0.6.0"
            kind: acme.test/gpu
            annotations: {colour: red}
            containerEdits:
              env: [SHARED=1]
            devices:
              - name: one
                containerEdits:
                  env: ["ACME=one"]
                  deviceNodes:
                    - {path: /dev/acme0, hostPath: /dev/null, fileMode: 0640, permissions: rw, uid: 7}
                    - {path: /dev/acme1, type: b, major: 7, minor: 300}
                  mounts:
                    - {hostPath: /tmp, containerPath: /acme, options: [ro, nosuid, rbind, rslave]}
                  additionalGids: [0, 44]
              - name: "2"
                containerEdits:
                  env: ["ACME=two"]
              - name: hooked
                containerEdits:
                  hooks:
                    - {hookName: createContainer, path: /bin/true}
            """;

    private Path usual = Path.of("/nonexistent");
    private Path later = Path.of("/nonexistent");

    @BeforeEach
    void directories(@TempDir Path folder) throws IOException {
        usual = Files.createDirectory(folder.resolve("etc"));
        later = Files.createDirectory(folder.resolve("run"));
    }

    @Test
    void aDeviceAddsWhatItsSpecSays() throws Exception {
        write(usual, "acme.yaml", YAML);
        CdiEdits edits = devices().of(asking("acme.test/gpu=one"));
        assertEquals(List.of("SHARED=1", "ACME=one"), edits.environment());
        assertEquals(
                List.of(
                        new CdiNode("/dev/acme0", "/dev/null", null, 0640, 7, null, "rw"),
                        new CdiNode(
                                "/dev/acme1",
                                "/dev/acme1",
                                new CdiNode.Numbers(true, 7, 300),
                                null,
                                null,
                                null,
                                "rwm")),
                edits.nodes());
        assertEquals("/tmp", edits.mounts().getFirst().getHostPath());
        assertTrue(edits.mounts().getFirst().getReadonly());
        assertEquals(List.of("nosuid"), edits.mounts().getFirst().getMountOptionsList());
        assertEquals(
                MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
                edits.mounts().getFirst().getPropagation());
        assertEquals(List.of(44L), edits.groups());
    }

    @Test
    void jsonIsReadAsWell() throws Exception {
        write(usual, "acme.json", """
                {
                \t"cdiVersion": "1.0.0",
                \t"kind": "acme.test/nic",
                \t"devices": [{"name": "eth", "containerEdits": {"env": ["NIC=eth"], "deviceNodes": [{"path": "/dev/null", "fileMode": 438}]}}]
                }
                """);
        CdiEdits edits = devices().of(asking("acme.test/nic=eth"));
        assertEquals(List.of("NIC=eth"), edits.environment());
        assertEquals(0666, assertNotNullMode(edits));
    }

    private static int assertNotNullMode(CdiEdits edits) {
        Integer mode = edits.nodes().getFirst().mode();
        assertNotNull(mode);
        return mode == null ? -1 : mode;
    }

    @Test
    void whatAllDevicesOfASpecShareIsAddedOnceAndAnnotationsAskAsWell() throws Exception {
        write(usual, "acme.yaml", YAML);
        ContainerConfig config = asking("acme.test/gpu=one").toBuilder()
                .putAnnotations("cdi.k8s.io/plugin_container", "acme.test/gpu=2,acme.test/gpu=one")
                .putAnnotations("other.io/x", "not a device")
                .build();
        assertEquals(
                List.of("SHARED=1", "ACME=one", "ACME=two"),
                devices().of(config).environment());
    }

    @Test
    void whoAsksForNothingGetsNothingAndNoFileIsRead() throws Exception {
        write(usual, "broken.yaml", "{");
        assertSame(CdiEdits.NONE, devices().of(ContainerConfig.getDefaultInstance()));
    }

    @Test
    void specsAreReadAnew() throws Exception {
        CdiDevices devices = devices();
        refused(CriFailure.Kind.NOT_FOUND, devices, "acme.test/gpu=one", "acme.test/gpu=one");
        write(usual, "acme.yaml", YAML);
        assertEquals(2, devices.of(asking("acme.test/gpu=one")).environment().size());
        write(usual, "acme.yaml", YAML.replace("ACME=one", "ACME=changed"));
        assertTrue(devices.of(asking("acme.test/gpu=one")).environment().contains("ACME=changed"));
    }

    @Test
    void theLaterDirectoryCountsAndWithinOneThereIsAConflict() throws Exception {
        write(usual, "acme.yaml", YAML);
        write(later, "acme.yaml", YAML.replace("ACME=one", "ACME=later"));
        assertTrue(devices().of(asking("acme.test/gpu=one")).environment().contains("ACME=later"));
        write(later, "again.yaml", YAML);
        refused(CriFailure.Kind.INVALID, devices(), "acme.test/gpu=one", "again.yaml");
    }

    @Test
    void aDeviceThatNeedsHooksIsRefused() throws Exception {
        write(usual, "acme.yaml", YAML);
        refused(CriFailure.Kind.INVALID, devices(), "acme.test/gpu=hooked", "hooks");
    }

    @Test
    void anUnknownDeviceIsNotFoundAndFilesThatCannotBeReadAreNamed() throws Exception {
        write(usual, "broken.yaml", "kind: [");
        write(usual, "ignored.txt", "kind: [");
        refused(CriFailure.Kind.NOT_FOUND, devices(), "acme.test/gpu=none", "broken.yaml: line 1");
        assertEquals(1, devices().problems().size());
        write(usual, "acme.yaml", YAML);
        assertEquals(
                Set.of("acme.test/gpu=one", "acme.test/gpu=2", "acme.test/gpu=hooked"),
                devices().all().keySet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "one",
                "gpu=one",
                "acme.test/gpu=",
                "acme.test/gpu=-x",
                "acme.test/=one",
                "a/b=c=d",
                "a/b=../c"
            })
    void aNameThatIsNotQualifiedIsInvalid(String name) {
        refused(CriFailure.Kind.INVALID, devices(), name, "vendor.com/class=device");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cdiVersion: '0.6.0'",
                "- a",
                "cdiVersion: '9.0.0'\\nkind: a.b/c\\ndevices: [{name: x}]",
                "cdiVersion: '0.6.0'\\nkind: nonsense\\ndevices: [{name: x}]",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ndevices: []",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ndevices: [{name: x}, {name: x}]",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ndevices: [{name: x, surprise: 1}]",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ndevices: [{name: x, containerEdits: {env: [novalue]}}]",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ndevices: [{name: x, containerEdits: {deviceNodes: [{path: /a, permissions: q}]}}]",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ndevices: [{name: x, containerEdits: {mounts: [{hostPath: /a, containerPath: /b, type: nfs}]}}]",
                "cdiVersion: '0.6.0'\\nkind: a.b/c\\ncdiVersion: '0.6.0'\\ndevices: [{name: x}]",
                "a: &a [x, x]\\nb: &b [*a, *a]\\nc: &c [*b, *b]\\nd: [*c, *c]"
            })
    void aSpecThatIsMalformedIsAProblemAndGivesNoDevice(String spec) throws Exception {
        write(usual, "bad.yaml", spec.replace("\\n", "\n"));
        assertEquals(1, devices().problems().size(), () -> devices().all().toString());
        assertEquals(Set.of(), devices().all().keySet());
    }

    @Test
    void aSpecThatNestsOrGrowsWithoutEndIsAProblem() throws Exception {
        write(usual, "deep.yaml", "[".repeat(100_000));
        write(usual, "deep.json", "[".repeat(100_000));
        write(usual, "long.yaml", "a".repeat((1 << 20) + 1));
        assertEquals(3, devices().problems().size());
    }

    private CdiDevices devices() {
        return new CdiDevices(List.of(usual, later, usual.resolve("missing")));
    }

    private static ContainerConfig asking(String name) {
        return ContainerConfig.newBuilder()
                .addCDIDevices(CDIDevice.newBuilder().setName(name))
                .build();
    }

    private static void refused(CriFailure.Kind kind, CdiDevices devices, String name, String word) {
        CriFailure failure = assertThrows(CriFailure.class, () -> devices.of(asking(name)));
        assertEquals(kind, failure.kind());
        assertTrue(failure.sentence().contains(word), failure.sentence());
    }

    private static void write(Path directory, String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}
