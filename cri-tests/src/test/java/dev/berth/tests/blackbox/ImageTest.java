package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.v1.FilesystemUsage;
import dev.berth.cri.v1.Image;
import dev.berth.cri.v1.ImageFsInfoRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.RegistryPush;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.OnNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@OnNode
class ImageTest {
    private final TestNode node;
    private final Images images;

    ImageTest(TestNode node) {
        this.node = node;
        images = new Images(node);
    }

    @Test
    @Covers("image.tag")
    void aPulledImageIsListedUnderItsTagDigestAndId() throws Exception {
        OciImage image = push("berth/listed", "listed");
        String id = node.pull(name("berth/listed"));
        Image status = images.status(name("berth/listed")).orElseThrow();
        assertEquals(id, status.getId());
        assertEquals(image.id(), id);
        assertEquals(List.of(name("berth/listed")), status.getRepoTagsList());
        assertEquals(List.of(TestNode.HOST + "/berth/listed@" + image.digest()), status.getRepoDigestsList());
        assertTrue(status.getSize() > 0);
        assertEquals(Optional.of(status), images.status(id));
        images.remove(id);
        assertEquals(Optional.empty(), images.status(id));
        assertEquals(Optional.empty(), images.status(name("berth/listed")));
    }

    @Test
    void removingOneNameOfAnImageRemovesItAndRepeatingIsNoError() throws Exception {
        push("berth/removed", "removed");
        String id = node.pull(name("berth/removed"));
        images.remove(name("berth/removed"));
        images.remove(id);
        assertFalse(ids().contains(id));
    }

    @Test
    @Covers("feature.image-filesystem")
    void theFilesystemOfImagesIsMeasured() {
        FilesystemUsage usage = node.client()
                .images()
                .imageFsInfo(ImageFsInfoRequest.getDefaultInstance())
                .getImageFilesystems(0);
        assertTrue(usage.getUsedBytes().getValue() > 500_000, usage.toString());
        assertTrue(Files.isDirectory(Path.of(usage.getFsId().getMountpoint())), usage.toString());
    }

    @Test
    void aMalformedReferenceIsInvalid() {
        for (String name :
                List.of("registry.test/UPPER", "a b", "registry.test/x@sha256:short", "registry.test/../x", "-")) {
            assertRefused(Status.Code.INVALID_ARGUMENT, () -> node.pull(name), name);
        }
    }

    @Test
    void anAbsentImageIsNotFound() {
        assertRefused(Status.Code.NOT_FOUND, () -> node.pull(name("berth/absent")), "berth/absent");
    }

    @Test
    void anotherDigestThanAskedForIsRefused() throws Exception {
        push("berth/other", "other");
        String wrong = TestNode.HOST + "/berth/other@sha256:" + "0".repeat(64);
        StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, () -> node.pull(wrong));
        assertTrue(String.valueOf(failure.getMessage()).contains("0".repeat(64)), failure.toString());
    }

    @Test
    void aLayerThatIsCutShortIsRefusedAndNothingOfItIsListed() throws Exception {
        OciImage image = push("berth/cut", "cut ".repeat(10_000));
        truncateBlob(image.blobs().getFirst().digest());
        int before = ids().size();
        assertThrows(StatusRuntimeException.class, () -> node.pull(name("berth/cut")));
        assertEquals(before, ids().size());
    }

    @Test
    void aLayerThatIsNotWhatItsImageSaysIsRefused() throws Exception {
        byte[] layer = new TarLayer().file("a", "a").toBytes();
        OciImage image = OciImage.of(List.of(layer), config -> config.put("User", "0"));
        ObjectMapper json = new ObjectMapper();
        OciImage.Blob configuration = image.blobs().getLast();
        String lie = new String(configuration.bytes(), StandardCharsets.UTF_8)
                .replaceAll("\"diff_ids\":\\[\"sha256:.{64}", "\"diff_ids\":[\"sha256:" + "1".repeat(64));
        OciImage.Blob lying = OciImage.Blob.of(lie.getBytes(StandardCharsets.UTF_8));
        ObjectNode manifest = (ObjectNode) json.readTree(image.manifest());
        ((ObjectNode) manifest.get("config")).put("digest", lying.digest()).put("size", lying.bytes().length);
        RegistryPush push = node.registry().push();
        push.pushBlob("berth/lie", image.blobs().getFirst());
        push.pushBlob("berth/lie", lying);
        push.putManifest("berth/lie", "1", OciImage.MANIFEST_TYPE, json.writeValueAsBytes(manifest));
        assertThrows(StatusRuntimeException.class, () -> node.pull(name("berth/lie")));
        assertEquals(Optional.empty(), images.status(name("berth/lie")));
    }

    @Test
    void aLayerCannotWriteOutsideItsRoot() throws Exception {
        Path target = node.folders().folder().resolve("escaped");
        byte[] layer = new TarLayer()
                .raw("../".repeat(12) + target.toString().substring(1), "escaped")
                .toBytes();
        node.registry().push().push("berth/traversal", "1", OciImage.of(List.of(layer), _ -> {}));
        try {
            images.remove(node.pull(name("berth/traversal")));
        } catch (StatusRuntimeException e) {
            assertTrue(String.valueOf(e.getMessage()).contains(".."), e.toString());
        }
        assertTrue(Files.notExists(target), "A layer wrote to " + target);
    }

    @Test
    void aLayerCannotWriteThroughALinkOfAnEarlierOne() throws Exception {
        Path outside = Files.createDirectories(node.folders().folder().resolve("outside"));
        byte[] link = new TarLayer().symlink("link", outside.toString()).toBytes();
        byte[] through = new TarLayer().raw("link/file", "escaped").toBytes();
        node.registry().push().push("berth/through", "1", OciImage.of(List.of(link, through), _ -> {}));
        try {
            images.remove(node.pull(name("berth/through")));
        } catch (StatusRuntimeException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("link"), e.toString());
        }
        assertTrue(Files.notExists(outside.resolve("file")), "A layer wrote through a link");
    }

    private OciImage push(String repository, String content) throws IOException, InterruptedException {
        OciImage image = Images.of(content);
        images.push(repository, "1", image);
        return image;
    }

    private void truncateBlob(String digest) throws IOException {
        String hex = digest.substring("sha256:".length());
        Path data = node.folders()
                .folder()
                .resolve("registry/blobs/docker/registry/v2/blobs/sha256")
                .resolve(hex.substring(0, 2))
                .resolve(hex)
                .resolve("data");
        byte[] bytes = Files.readAllBytes(data);
        Files.write(data, Arrays.copyOf(bytes, bytes.length / 2));
    }

    private static String name(String repository) {
        return TestNode.HOST + "/" + repository + ":1";
    }

    private List<String> ids() {
        return images.list().stream().map(Image::getId).toList();
    }
}
