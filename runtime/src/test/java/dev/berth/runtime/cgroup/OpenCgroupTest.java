package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenCgroupTest {
    @TempDir
    private Path root;

    @Test
    void laterReadingsSeeNewNumbersThroughTheSameDescriptors() throws Exception {
        FakeTree tree = new FakeTree(root);
        Cgroup cgroup = tree.on(tree.v1()).open("/");
        tree.set(root.resolve("memory/memory.usage_in_bytes"), "10");
        try (OpenCgroup open = cgroup.keepOpen()) {
            assertEquals(10, memory(open).usage());
            long descriptors = descriptors();
            tree.set(root.resolve("memory/memory.usage_in_bytes"), "30");
            assertEquals(30, memory(open).usage());
            assertEquals(descriptors, descriptors());
        }
        assertEquals(0, descriptors());
    }

    @Test
    void aCgroupThatNeverWasHasNoNumbersAndHoldsNothing() throws Exception {
        FakeTree tree = new FakeTree(root);
        try (OpenCgroup open = tree.on(tree.v2()).open("/none").keepOpen()) {
            assertNull(open.usage().memory());
            assertNull(open.usage().cpu());
            assertEquals(0, descriptors());
        }
    }

    private static CgroupStats.Memory memory(OpenCgroup open) {
        CgroupStats.Memory memory = open.usage().memory();
        assertNotNull(memory);
        return memory;
    }

    /** Descriptors of this process below the trees. */
    private long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(this::ours).count();
        }
    }

    private boolean ours(Path link) {
        try {
            return Files.readSymbolicLink(link).startsWith(root.toRealPath());
        } catch (IOException _) {
            return false;
        }
    }
}
