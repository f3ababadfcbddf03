package dev.berth.runtime.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root, as the checks do. */
class NodeCheckTest {
    private static final LinuxKernel KERNEL = new LinuxKernel();

    @TempDir
    Path dir;

    @Test
    void aNodeThatRunsTheTestsCanRunContainers() {
        List<Finding> findings = check();
        for (String name : List.of(
                "CAP_SYS_ADMIN",
                "seccomp",
                "pidfd",
                "sealed memory files",
                "cgroup controllers",
                "cgroup of a container",
                "detached mounts",
                "mount_setattr",
                "packet filter")) {
            Finding finding = find(findings, name);
            assertEquals(Finding.State.OK, finding.state(), finding.toString());
        }
        assertTrue(findings.stream().noneMatch(finding -> finding.cost().startsWith("not known")), findings.toString());
    }

    @Test
    void whatIsNotFullyThereSaysWhatItCosts() {
        for (Finding finding : check()) {
            assertEquals(finding.state() == Finding.State.OK, finding.cost().isEmpty(), finding.toString());
            assertFalse(finding.detail().isBlank(), finding.toString());
        }
    }

    @Test
    void layersOfAUserNamespaceAreFoundToWorkAttachedToo() {
        Finding store = find(check(), "idmapped mounts (store)");
        assumeTrue(store.state() == Finding.State.OK, store.detail());
        try (Scratch scratch = Scratch.below(dir, KERNEL);
                UserNamespace user = UserNamespace.open(KERNEL)) {
            assertEquals("overlay over attached layers", new UserNamespaceProbe(KERNEL, scratch).attachedLayers(user));
        }
    }

    @Test
    void aCheckLeavesMountsCgroupsProcessesAndFilesAsTheyWere() throws IOException {
        check();
        List<String> before = traces();
        check();
        assertEquals(before, traces());
    }

    @Test
    void theNetworkIsJudgedByItsConfigurationAndPlugins() throws IOException {
        assertEquals(Finding.State.MISSING, find(check(), "CNI network").state());
        String list = "{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"plugins\": [{\"type\": \"bridge\"}]}";
        Files.writeString(dir.resolve("a.conflist"), list);
        assertEquals(
                "pods, CNI 1.0.0: bridge; bridge is not in [%s]".formatted(dir),
                find(check(), "CNI network").detail());
        assertTrue(Files.createFile(dir.resolve("bridge")).toFile().setExecutable(true));
        assertEquals(Finding.State.OK, find(check(), "CNI network").state());
        Files.writeString(dir.resolve("b.conflist"), "nonsense");
        assertEquals(Finding.State.DEGRADED, find(check(), "CNI network").state());
    }

    @Test
    void aStoreThatDoesNotExistIsAFindingAndNoCrash() {
        NodeCheck.Places places = new NodeCheck.Places(dir.resolve("gone"), dir, List.of(dir));
        Finding finding = find(new NodeCheck(KERNEL, places).run(), "mounts");
        assertEquals(Finding.State.MISSING, finding.state());
        assertTrue(finding.detail().contains("gone"));
    }

    @Test
    void theBackendFoundIsTheFirstThatWorks() {
        OverlayProbe probe = new OverlayProbe(KERNEL);
        try (Scratch scratch = Scratch.below(dir, KERNEL)) {
            OverlayBackend found = probe.detect(scratch);
            Stream.of(OverlayBackend.values())
                    .takeWhile(better -> better != found)
                    .forEach(better -> assertThrows(KernelFailure.class, () -> probe.attempt(better, scratch)));
            if (found != OverlayBackend.MOUNT) {
                probe.attempt(found, scratch);
            }
        }
    }

    private List<String> traces() throws IOException {
        try (Stream<Path> cgroups = Files.walk(Path.of("/sys/fs/cgroup"), 2);
                Stream<Path> files = Files.list(dir)) {
            long own = cgroups.filter(path -> path.getFileName().toString().equals("berth-check-" + KERNEL.getpid()))
                    .count();
            return List.of(
                    Files.readString(Path.of("/proc/self/mountinfo")),
                    "cgroups " + own,
                    "files " + files.count(),
                    "children " + ProcessHandle.current().children().count());
        }
    }

    private List<Finding> check() {
        return new NodeCheck(KERNEL, new NodeCheck.Places(dir, dir, List.of(dir))).run();
    }

    private static Finding find(List<Finding> findings, String name) {
        return findings.stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not among " + findings));
    }
}
