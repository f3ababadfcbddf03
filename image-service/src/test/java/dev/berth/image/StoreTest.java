package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.store.Hold;
import dev.berth.image.store.Image;
import dev.berth.image.store.LayerStack;
import dev.berth.image.store.Usage;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store keeps, finds, gives up, and knows after a restart. */
class StoreTest {
    @TempDir
    Path dir;

    private Node node;

    @BeforeEach
    void start() {
        node = new Node(dir);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Image pull(String repository, Tars... layers) {
        TestImage image = new TestImage();
        for (Tars layer : layers) {
            image.layer(layer);
        }
        image.push(node.registry(), repository, "1");
        return node.pull(node.name(repository + ":1"));
    }

    private Image pull() {
        return pull("a", new Tars().directory("etc").file("etc/base", "base"), new Tars().file("etc/top", "top"));
    }

    @Test
    void anyReferenceFindsTheSameImage() {
        Image image = pull();
        String hex = image.id().substring("sha256:".length());
        for (String reference : List.of(
                node.name("a:1"),
                image.repoDigests().getFirst(),
                image.id(),
                hex,
                hex.substring(0, 13),
                "sha256:" + hex.substring(0, 5))) {
            assertEquals(image, node.service().find(reference), reference);
        }
        for (String reference :
                List.of("", "wrong", "Not/Valid", "localhost/wrong", node.name("a"), "sha256:", hex + "0")) {
            assertNull(node.service().find(reference), reference);
        }
    }

    @Test
    void anUntaggedReferenceMeansLatest() {
        new TestImage().push(node.registry(), "a", "latest");
        assertEquals(List.of(node.name("a:latest")), node.pull(node.name("a")).repoTags());
        assertNotNull(node.service().find(node.name("a")));
        assertNotNull(node.service().find(node.name("a:latest")));
    }

    @Test
    void aStartOfSeveralIdsIsAmbiguous() {
        for (int i = 0; i < 40; i++) {
            pull("r" + i, new Tars().file("f" + i, "x"));
        }
        // 40 images and 16 first digits: some digit is shared.
        boolean ambiguous = false;
        for (char digit : "0123456789abcdef".toCharArray()) {
            try {
                node.service().find(String.valueOf(digit));
            } catch (ImageFailure e) {
                assertEquals(ImageFailure.Kind.INVALID_REFERENCE, e.kind());
                ambiguous = true;
            }
        }
        assertTrue(ambiguous);
    }

    @Test
    void removingByTagRemovesTheWholeImage() {
        Image image = pull();
        node.service().remove(node.name("a:1"));
        assertNull(node.service().find(image.id()));
        assertEquals(List.of(), node.service().list());
        node.assertEmpty();
        node.service().remove(node.name("a:1"));
        node.service().remove("0".repeat(64));
        node.service().remove("not a reference");
    }

    @Test
    void layersStayAsLongAsAnImageUsesThem() {
        Tars base = new Tars().file("base", "x");
        Image one = pull("one", base, new Tars().file("one", "x"));
        Image two = pull("two", base, new Tars().file("two", "x"));
        assertEquals(3, node.names("layers").size());
        node.service().remove(one.id());
        assertEquals(2, node.names("layers").size());
        assertEquals("x", text(two, "base"));
        node.service().remove(two.id());
        node.assertEmpty();
    }

    @Test
    void heldLayersOutliveTheirImage() throws Exception {
        Image image = pull();
        Hold hold = node.service().hold(image.id());
        Hold second = node.service().hold(image.id());
        LayerStack stack = node.service().layers(image.id());
        node.service().remove(image.id());
        assertNull(node.service().find(image.id()));
        assertEquals(List.of(), node.service().list());
        assertEquals(
                "top", Files.readString(stack.topFirst().getFirst().directory().resolve("etc/top")));
        assertEquals(stack, node.service().layers(image.id()));
        hold.close();
        hold.close();
        assertTrue(Files.exists(stack.topFirst().getFirst().directory()));
        second.close();
        node.assertEmpty();
        assertEquals(
                ImageFailure.Kind.NOT_FOUND,
                assertThrows(ImageFailure.class, () -> node.service().hold(image.id()))
                        .kind());
    }

    @Test
    void aHeldImageCanBePulledAgain() {
        Image image = pull();
        Hold hold = node.service().hold(image.id());
        node.service().remove(image.id());
        assertEquals(image, pull());
        hold.close();
        assertEquals(image, node.service().find(image.id()));
        assertEquals(2, node.names("layers").size());
    }

    @Test
    void everythingIsThereAfterARestart() {
        Image image = pull();
        LayerStack stack = node.service().layers(image.id());
        Usage usage = node.service().usage();
        node.restart(_ -> false);
        assertEquals(List.of(image), node.service().list());
        assertEquals(image, node.service().find(node.name("a:1")));
        assertEquals(stack, node.service().layers(image.id()));
        assertEquals(usage, node.service().usage());
        assertEquals("top", text(image, "etc/top"));
    }

    @Test
    void heldImagesAreKeptOverARestart() {
        Image image = pull();
        node.service().hold(image.id());
        node.service().remove(image.id());
        node.restart(image.id()::equals);
        assertNull(node.service().find(image.id()));
        Hold again = node.service().hold(image.id());
        assertEquals("top", text(image, "etc/top"));
        again.close();
        node.assertEmpty();
    }

    @Test
    void removedImagesThatNobodyHoldsGoAtARestart() throws Exception {
        Image image = pull();
        node.service().hold(image.id());
        node.service().remove(image.id());
        node.restart(_ -> false);
        Node.eventually(node::assertEmpty);
    }

    @Test
    void whatWasLeftUnfinishedIsSweptAtTheStart() throws Exception {
        Image image = pull();
        String unfinished = "e".repeat(64);
        Files.createDirectories(node.root().resolve("layers/" + unfinished + "/fs/usr"));
        Files.writeString(node.root().resolve("layers/" + unfinished + "/fs/usr/half"), "x");
        Files.createDirectories(node.root().resolve("layers/strange name"));
        Files.createSymbolicLink(node.root().resolve("l/zz"), Path.of("../layers/" + unfinished + "/fs"));
        Files.writeString(node.root().resolve("l/file"), "x");
        Files.createDirectories(node.root().resolve("tmp/half"));
        Files.createDirectories(node.root().resolve("images/" + unfinished));
        node.restart(_ -> false);
        assertEquals(List.of(image), node.service().list());
        Node.eventually(() -> {
            assertEquals(2, node.names("layers").size());
            assertEquals(2, node.names("l").size());
            assertEquals(1, node.names("images").size());
            assertEquals(List.of(), node.names("tmp"));
        });
    }

    @Test
    void anImageThatLostALayerIsDroppedAndCanBePulledAgain() throws Exception {
        Image image = pull();
        Path layer = node.service().layers(image.id()).topFirst().getFirst().directory();
        Files.delete(layer.resolveSibling("committed"));
        node.restart(_ -> false);
        assertEquals(List.of(), node.service().list());
        Node.eventually(node::assertEmpty);
        assertEquals(image, pull());
    }

    @Test
    void aDamagedRecordIsDropped() throws Exception {
        Image image = pull();
        Path record = node.root().resolve("images/" + image.id().substring(7) + "/record.json");
        Files.writeString(record, "{\"tags\":");
        node.restart(_ -> false);
        assertEquals(List.of(), node.service().list());
    }

    @Test
    void aTagThatACrashLeftWithTwoImagesBelongsToTheLater() throws Exception {
        Image old = pull("a", new Tars().file("old", "x"));
        Path record = node.root().resolve("images/" + old.id().substring(7) + "/record.json");
        byte[] before = Files.readAllBytes(record);
        Image now = pull("a", new Tars().file("new", "x"));
        Files.write(record, before);
        node.restart(_ -> false);
        Image found = node.service().find(node.name("a:1"));
        assertNotNull(found);
        assertEquals(now.id(), found.id());
        assertEquals(2, node.service().list().size());
    }

    @Test
    void twoProcessesDoNotShareAStore() {
        ImageSettings settings = ImageSettings.of(node.root(), node.hosts(), null);
        ImageFailure failure =
                assertThrows(ImageFailure.class, () -> new ImageService(new LinuxKernel(), settings).close());
        assertTrue(failure.getMessage().contains("in use by another process"), failure.getMessage());
    }

    @Test
    void usageIsWhatWasUnpacked() throws Exception {
        pull("a", new Tars().directory("d").file("d/f", "x".repeat(10_000)).file("d/g", "y"));
        Usage usage = node.service().usage();
        // A directory of one block, files of three blocks and of one, and the image's own small files.
        assertTrue(usage.bytes() > 5 * 4096 && usage.bytes() < 6 * 4096, usage.toString());
        assertEquals(3 + 4, usage.inodes());
        assertEquals(node.root(), usage.root());
    }

    @Test
    void pinnedImagesAreShownSo() {
        FakeRegistry.mirror(
                node.hosts(),
                "quay.io",
                "[host.\"http://%s\"]\n".formatted(node.registry().address()));
        new TestImage().push(node.registry(), "keep/me", "1");
        assertTrue(node.pull("quay.io/keep/me:1").pinned());
        assertFalse(pull().pinned());
    }

    @Test
    void shortNamesAreUsedAgain() {
        Image one = pull("one", new Tars().file("1", "x"));
        Image two = pull("two", new Tars().file("2", "x"));
        assertEquals("0", link(one));
        assertEquals("1", link(two));
        node.service().remove(one.id());
        assertEquals("0", link(pull("three", new Tars().file("3", "x"))));
    }

    private String link(Image image) {
        return node.service().layers(image.id()).topFirst().getFirst().link();
    }

    @Test
    void filesAreReadAsAContainerWouldSeeThem() {
        Image image = pull(
                "files",
                new Tars()
                        .file("etc/passwd", "old")
                        .file("etc/group", "group")
                        .file("etc/gone", "x")
                        .file("hidden/a", "x")
                        .file("hidden/b", "x")
                        .file("became/file", "x")
                        .directory("usr/lib")
                        .symlink("lib", "usr/lib")
                        .file("usr/lib/os-release", "release"),
                new Tars()
                        .file("etc/passwd", "new")
                        .file("etc/.wh.gone", "")
                        .file("hidden/.wh..wh..opq", "")
                        .file("hidden/c", "c")
                        .file("became", "a file now")
                        .symlink("etc/os-release", "../lib/os-release")
                        .symlink("abs", "/etc/passwd")
                        .symlink("out", "../../../../etc/passwd")
                        .symlink("loop", "loop")
                        .device('3', "dev", 1, 3));
        assertEquals("new", text(image, "etc/passwd"));
        assertEquals("group", text(image, "/etc/group"));
        assertEquals("absent", text(image, "etc/gone"));
        assertEquals("absent", text(image, "hidden/a"));
        assertEquals("c", text(image, "hidden/c"));
        assertEquals("a file now", text(image, "became"));
        assertEquals("absent", text(image, "became/file"));
        assertEquals("release", text(image, "etc/os-release"));
        assertEquals("new", text(image, "abs"));
        assertEquals("new", text(image, "out"));
        assertEquals("new", text(image, "../etc/./passwd"));
        assertEquals("absent", text(image, "loop"));
        assertEquals("absent", text(image, "dev"));
        assertEquals("absent", text(image, "etc"));
        assertEquals("absent", text(image, ""));
        assertTrue(node.service().files().exists(image.id(), "etc"));
        assertFalse(node.service().files().exists(image.id(), "hidden/b"));
        ImageFailure failure =
                assertThrows(ImageFailure.class, () -> node.service().files().read(image.id(), "etc/group", 4));
        assertEquals(ImageFailure.Kind.CORRUPT, failure.kind());
        assertArrayEquals("group".getBytes(UTF_8), node.service().files().read(image.id(), "etc/group", 5));
    }

    private String text(Image image, String path) {
        byte[] bytes = node.service().files().read(image.id(), path, 1000);
        return bytes == null ? "absent" : new String(bytes, UTF_8);
    }

    @Test
    void noDescriptorIsLeftOpen() throws Exception {
        pull();
        long before = descriptors();
        for (int i = 0; i < 5; i++) {
            Image image = pull();
            text(image, "etc/top");
            node.service().remove(image.id());
            new TestImage().layer(new Tars().file("../x", "x")).push(node.registry(), "bad", "1");
            node.failsToPull(node.name("bad:1"));
        }
        // The HTTP client may have opened a connection or two.
        assertTrue(descriptors() - before < 10, "%d more".formatted(descriptors() - before));
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
