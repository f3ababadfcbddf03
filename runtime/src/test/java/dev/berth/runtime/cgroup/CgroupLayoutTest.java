package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupLayoutTest {
    private static final String V1 = """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
            35 31 0:32 / /sys/fs/cgroup/my\\040memory rw,relatime - cgroup cgroup rw,memory
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/a,name=systemd
            """;

    @TempDir
    Path dir;

    @Test
    void v1TreesAreFoundByControllerAndName() throws IOException {
        CgroupLayout.V1 layout = assertInstanceOf(CgroupLayout.V1.class, detect(V1));
        assertEquals(
                Map.of(
                        "cpu", Path.of("/sys/fs/cgroup/cpu,cpuacct"),
                        "cpuacct", Path.of("/sys/fs/cgroup/cpu,cpuacct"),
                        "memory", Path.of("/sys/fs/cgroup/my memory"),
                        "name=systemd", Path.of("/sys/fs/cgroup/systemd")),
                layout.controllers());
        assertNull(layout.unified());
        assertEquals(3, layout.hierarchies().size());
        assertEquals(Set.of("cpu", "cpuacct"), of(layout, "cpu").controllers());
        assertNull(layout.of("hugetlb"));
    }

    @Test
    void aControllerOnTheV2TreeOfAHybridNodeIsFoundThere() throws IOException {
        CgroupLayout layout = detect(V1 + cgroup2("hugetlb"));
        assertTrue(layout.hierarchies().getFirst().v2());
        assertEquals(dir, of(layout, "hugetlb").root());
        assertTrue(of(layout, "hugetlb").v2());
    }

    @Test
    void aNodeWithOnlyCgroup2IsV2() throws IOException {
        assertEquals(new CgroupLayout.V2(dir, Set.of("cpu", "memory")), detect(cgroup2("cpu memory")));
    }

    @Test
    void aNodeWithoutCgroupsIsRefused() {
        CgroupFailure failure = assertThrows(CgroupFailure.class, () -> detect("22 1 0:2 / / rw - ext4 /dev/vda rw\n"));
        assertEquals(CgroupFailure.Kind.KERNEL, failure.kind());
    }

    private static CgroupHierarchy of(CgroupLayout layout, String controller) {
        return Objects.requireNonNull(layout.of(controller));
    }

    private String cgroup2(String controllers) throws IOException {
        Files.writeString(dir.resolve("cgroup.controllers"), controllers + "\n");
        return "41 31 0:38 / %s rw,relatime - cgroup2 cgroup2 rw\n".formatted(dir);
    }

    private CgroupLayout detect(String mountinfo) throws IOException {
        Path file = dir.resolve("mountinfo");
        Files.writeString(file, mountinfo);
        return CgroupLayout.detect(file);
    }
}
