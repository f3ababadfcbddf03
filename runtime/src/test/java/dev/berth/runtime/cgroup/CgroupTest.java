package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    @TempDir
    Path dir;

    private FakeTree tree = new FakeTree(Path.of("/"));

    @BeforeEach
    void makeTree() {
        tree = new FakeTree(dir);
    }

    @Test
    void v2ControllersAreEnabledOneByOneFromTheRootDownButNotInTheLeaf() {
        tree.on(tree.v2()).create(spec("/kubepods/pod1", CgroupResources.NONE));
        List<String> enabled = tree.writes.stream()
                .filter(write -> write.contains("subtree_control=+memory"))
                .toList();
        assertEquals(
                List.of(
                        "v2/cgroup.subtree_control=+memory",
                        "v2/kubepods/cgroup.subtree_control=+memory",
                        "v2/kubepods/pod1/cgroup.subtree_control=+memory"),
                enabled);
    }

    @Test
    void aV1CpusetIsFilledFromItsParentDownToTheLeaf() throws Exception {
        tree.on(tree.v1()).create(spec("/a/b", CgroupResources.NONE));
        for (String path : List.of("a", "a/b", "a/b/berth-1")) {
            assertEquals(
                    "0-1", Files.readString(dir.resolve("cpuset").resolve(path).resolve("cpuset.cpus")));
        }
    }

    @Test
    void aV1CpusetThatIsAskedForIsNotFilledFirst() {
        CgroupResources asked = CgroupResources.NONE.withCpu(new CgroupResources.Cpu(0, 0, 0, "1", ""));
        tree.on(tree.v1()).create(spec("/a", asked));
        assertEquals(
                List.of("cpuset/a/berth-1/cpuset.cpus=1", "cpuset/a/berth-1/cpuset.mems=0"),
                tree.writes.stream()
                        .filter(write -> write.startsWith("cpuset/a/berth"))
                        .toList());
    }

    @Test
    void v1DevicesAreDeniedBeforeAnyIsAllowed() {
        DevicePolicy policy = new DevicePolicy.Only(List.of(DeviceRule.characters(1, 3, "rwm")));
        tree.on(tree.v1()).create(new CgroupSpec("/a", "berth-1", CgroupResources.NONE, policy));
        List<String> writes = tree.writes.stream()
                .filter(write -> write.startsWith("devices/"))
                .toList();
        assertEquals(List.of("devices/a/berth-1/devices.deny=a", "devices/a/berth-1/devices.allow=c 1:3 rwm"), writes);
    }

    @Test
    void aLimitThatTheKernelRefusesLeavesNoCgroup() {
        tree.refuse("pids.max", "5", Errno.EINVAL);
        Cgroups cgroups = tree.on(tree.v2());
        CgroupFailure failure =
                assertThrows(CgroupFailure.class, () -> cgroups.create(spec("/a", CgroupResources.NONE.withPids(5))));
        assertEquals(CgroupFailure.Kind.INVALID, failure.kind());
        assertFalse(Files.exists(dir.resolve("v2/a/berth-1")));
    }

    @Test
    void aFailedUpdatePutsTheOldValuesBackInReverse() {
        Cgroup cgroup = tree.on(tree.v1()).create(spec("/a", CgroupResources.NONE.withMemory(1000, 0)));
        tree.refuse("pids.max", "5", Errno.EINVAL);
        tree.writes.clear();
        assertThrows(
                CgroupFailure.class,
                () -> cgroup.update(CgroupResources.NONE.withMemory(2000, 0).withPids(5)));
        assertEquals(
                List.of(
                        "memory/a/berth-1/memory.memsw.limit_in_bytes=2000",
                        "memory/a/berth-1/memory.limit_in_bytes=2000",
                        "memory/a/berth-1/memory.limit_in_bytes=1000",
                        "memory/a/berth-1/memory.memsw.limit_in_bytes=1000"),
                tree.writes);
    }

    @Test
    void aFailedUpdateOnV2PutsTheOldValuesBackToo() {
        Cgroup cgroup = tree.on(tree.v2()).create(spec("/a", CgroupResources.NONE.withMemory(1 << 20, 0)));
        tree.refuse("pids.max", "5", Errno.EINVAL);
        tree.writes.clear();
        CgroupResources asked = CgroupResources.NONE
                .withCpu(new CgroupResources.Cpu(1024, 0, 50_000, "", ""))
                .withMemory(2 << 20, 0)
                .withPids(5);
        assertThrows(CgroupFailure.class, () -> cgroup.update(asked));
        List<String> written = tree.writes.subList(0, tree.writes.size() / 2);
        List<String> restored = tree.writes.subList(tree.writes.size() / 2, tree.writes.size());
        assertEquals(files(written).reversed(), files(restored));
        assertEquals("v2/a/berth-1/memory.max=1048576", restored.getFirst());
    }

    private static List<String> files(List<String> writes) {
        return writes.stream()
                .map(write -> write.substring(0, write.indexOf('=')))
                .toList();
    }

    @Test
    void limitsOfADeviceThatHadNoneAreTakenBackByName() {
        Cgroup cgroup = tree.on(tree.v2()).create(spec("/a", CgroupResources.NONE));
        tree.set(dir.resolve("v2/a/berth-1/io.max"), "8:0 rbps=1000 wbps=max riops=max wiops=max\n");
        tree.refuse("memory.oom.group", "x", Errno.EINVAL);
        tree.writes.clear();
        Map<String, String> unified = new LinkedHashMap<>();
        unified.put("io.max", "8:16 rbps=2000");
        unified.put("memory.oom.group", "x");
        assertThrows(CgroupFailure.class, () -> cgroup.update(CgroupResources.NONE.withUnified(unified)));
        assertEquals(
                List.of(
                        "v2/a/berth-1/io.max=8:16 rbps=2000",
                        "v2/a/berth-1/io.max=8:0 rbps=1000 wbps=max riops=max wiops=max",
                        "v2/a/berth-1/io.max=8:16 rbps=max wbps=max riops=max wiops=max"),
                tree.writes);
    }

    @Test
    void nothingIsMadeInAScopeThatHasEnded() {
        CgroupFailure failure = assertThrows(
                CgroupFailure.class,
                () -> tree.on(tree.v2()).create(spec("/a.slice/berth-2.scope", CgroupResources.NONE)));
        assertTrue(String.valueOf(failure.getMessage()).contains("has ended with its last process"));
        assertFalse(Files.exists(dir.resolve("v2/a.slice/berth-2.scope")));
    }

    @Test
    void aV1LimitBelowUsageIsTheCallersMistake() {
        Cgroup cgroup = tree.on(tree.v1()).create(spec("/a", CgroupResources.NONE));
        tree.refuse("memory.limit_in_bytes", "1000", Errno.EBUSY);
        CgroupFailure failure =
                assertThrows(CgroupFailure.class, () -> cgroup.update(CgroupResources.NONE.withMemory(1000, 0)));
        assertEquals(CgroupFailure.Kind.INVALID, failure.kind());
        assertEquals("The memory limit of 1000 bytes is below the 4096 bytes in use now.", failure.getMessage());
    }

    @Test
    void cpusThatTheNodeDoesNotHaveAreRefusedOnBothVersions() {
        CgroupResources asked = CgroupResources.NONE.withCpu(new CgroupResources.Cpu(0, 0, 0, "0,5-7", ""));
        for (CgroupLayout layout : List.of(tree.v1(), tree.v2())) {
            CgroupFailure failure =
                    assertThrows(CgroupFailure.class, () -> tree.on(layout).create(spec("/a", asked)));
            assertEquals(
                    "cpuset_cpus asks for 0,5-7, but this node has 0-1; 5 is not among them.", failure.getMessage());
        }
        for (String text : List.of("x", "3-1", "-1", "1-", "9999999999", "0-99999999999")) {
            CgroupResources bad = CgroupResources.NONE.withCpu(new CgroupResources.Cpu(0, 0, 0, text, ""));
            assertThrows(CgroupFailure.class, () -> tree.on(tree.v2()).create(spec("/a", bad)), text);
        }
    }

    @Test
    void anExecGetsAChildOnTheTreeUsedToKillOnly() {
        Cgroup cgroup = tree.on(tree.v1()).create(spec("/a", CgroupResources.NONE));
        Cgroup child = cgroup.child("exec-1");
        assertTrue(Files.isDirectory(dir.resolve("pids/a/berth-1/exec-1")));
        assertFalse(Files.exists(dir.resolve("memory/a/berth-1/exec-1")));
        child.remove();
        child.remove();
        assertFalse(child.exists());
        assertTrue(cgroup.exists());
    }

    @Test
    void removingTakesWhatIsBelowAndMayBeRepeated() {
        Cgroup cgroup = tree.on(tree.v2()).create(spec("/a", CgroupResources.NONE));
        cgroup.child("exec-1");
        cgroup.remove();
        cgroup.remove();
        assertFalse(Files.exists(dir.resolve("v2/a/berth-1")));
        assertTrue(Files.exists(dir.resolve("v2/a")), "the parent is not ours to remove");
    }

    @Test
    void aSweepFindsLeftoversByNameOnAnyTree() {
        Cgroups cgroups = tree.on(tree.v1());
        cgroups.create(spec("/kubepods/burstable/pod1", CgroupResources.NONE));
        tree.mkdir(dir.resolve("memory/kubepods/berth-2"));
        tree.mkdir(dir.resolve("memory/kubepods/other"));
        assertEquals(
                List.of("/kubepods/berth-2", "/kubepods/burstable/pod1/berth-1"),
                cgroups.sweep("berth-", List.of("/kubepods", "/missing")).stream()
                        .map(Cgroup::path)
                        .toList());
        assertEquals(2, cgroups.sweep("berth-", List.of("/")).size());
    }

    @Test
    void parentsAreCheckedAndBroughtIntoOneForm() {
        assertEquals("/kubepods/pod1", CgroupPaths.parent("/kubepods//pod1/", "/berth"));
        assertEquals("/berth", CgroupPaths.parent("", "/berth"));
        assertEquals("/", CgroupPaths.parent("/", "/berth"));
        CgroupFailure slice =
                assertThrows(CgroupFailure.class, () -> CgroupPaths.parent("kubepods-burstable.slice", "/berth"));
        assertTrue(String.valueOf(slice.getMessage()).contains("cgroupDriver: cgroupfs"));
        for (String bad : List.of("/a/../b", "/a/./b", "/a\nb", "/cgroup.procs", "/" + "x".repeat(256))) {
            assertThrows(CgroupFailure.class, () -> CgroupPaths.parent(bad, "/berth"), bad);
        }
    }

    private static CgroupSpec spec(String parent, CgroupResources resources) {
        return new CgroupSpec(parent, "berth-1", resources, DevicePolicy.all());
    }
}
