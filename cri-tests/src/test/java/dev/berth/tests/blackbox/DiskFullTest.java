package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.ListImagesRequest;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.NodeExtension;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The disk of images fills up during a pull. */
@OnlyBerth("fills its disk")
class DiskFullTest {
    private static final int LAYER_BYTES = 24 << 20;

    @Test
    void aPullThatDoesNotFitFailsAndGivesItsSpaceBack() throws Exception {
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        try (TestNode node = TestNode.start("berthfull0")) {
            // Over the store of the running server would be too late: it is started again on the small disk.
            Path root = node.folders().root();
            node.daemon().terminate();
            Command.mustRun("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", root.toString());
            try {
                node.startDaemon();
                fillAndRecover(node, root);
                node.daemon().terminate();
            } finally {
                Command.mustRun("umount", "-l", root.toString());
                node.startDaemon();
            }
        }
    }

    private static void fillAndRecover(TestNode node, Path root) throws Exception {
        node.pull(TestNode.SHELL_IMAGE);
        long free = Files.getFileStore(root).getUsableSpace();
        byte[] noise = new byte[LAYER_BYTES];
        new Random(1).nextBytes(noise);
        byte[] layer = new TarLayer().file("noise", 0644, noise).toBytes();
        node.registry().push().push("berth/large", "1", OciImage.of(List.of(layer), _ -> {}));
        assertRefused(
                Status.Code.RESOURCE_EXHAUSTED,
                () -> node.pull(TestNode.HOST + "/berth/large:1"),
                "berth/large",
                "space");
        long after = Files.getFileStore(root).getUsableSpace();
        assertTrue(after > free - (1 << 20), "%d bytes were free before, %d after".formatted(free, after));
        assertEquals(
                1,
                node.client()
                        .images()
                        .listImages(ListImagesRequest.getDefaultInstance())
                        .getImagesCount());
    }
}
