package dev.berth.cri.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.pod.TestPlatform;
import dev.berth.cri.v1.FilesystemUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerUsageTest {
    @TempDir
    private Path directory;

    @Test
    void theUsageOfALayerIsWhatWasWrittenAndKnownForTenSeconds() throws Exception {
        TestPlatform test = new TestPlatform(directory);
        Path upper = Files.createDirectories(
                test.platform().layout().writableLayer("c1").resolve("upper/sub"));
        Files.write(upper.resolve("a"), new byte[100]);
        LayerUsage usage = new LayerUsage(test.platform());
        assertEquals(100, bytes(usage));
        assertEquals(3, usage.filesystem("c1").getInodesUsed().getValue());
        Files.write(upper.resolve("b"), new byte[50]);
        test.pass(Duration.ofSeconds(9));
        assertEquals(100, bytes(usage));
        test.pass(Duration.ofSeconds(1));
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (bytes(usage) != 150) {
            assertTrue(System.nanoTime() < end, "the layer was not walked again");
            Thread.sleep(5);
        }
    }

    @Test
    void layersAddUpAndOneThatIsGoneUsesNothing() throws Exception {
        TestPlatform test = new TestPlatform(directory);
        for (String id : List.of("c1", "c2")) {
            Path upper = Files.createDirectories(
                    test.platform().layout().writableLayer(id).resolve("upper"));
            Files.write(upper.resolve("file"), new byte[40]);
        }
        FilesystemUsage total =
                new LayerUsage(test.platform()).total(Path.of("/somewhere"), List.of("c1", "c2", "gone"));
        assertEquals(80, total.getUsedBytes().getValue());
        assertEquals("/somewhere", total.getFsId().getMountpoint());
    }

    private static long bytes(LayerUsage usage) {
        return usage.filesystem("c1").getUsedBytes().getValue();
    }
}
