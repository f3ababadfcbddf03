package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.store.Image;
import dev.berth.image.store.LayerPath;
import dev.berth.image.store.LayerStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullTest {
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

    private static TestImage twoLayers() {
        return new TestImage()
                .user("www-data:1004")
                .layer(new Tars().file("etc/passwd", "root:x:0:0").file("bin/sh", "#!"))
                .layer(new Tars().file("etc/hostname", "box").file("etc/.wh.gone", ""));
    }

    @Test
    void anImageIsPulledByTag() throws Exception {
        TestImage made = twoLayers();
        Digest manifest = made.push(node.registry(), "a/b", "1");
        Image image = node.pull(node.name("a/b:1"));
        assertEquals(made.id(), image.id());
        assertEquals(List.of(node.name("a/b:1")), image.repoTags());
        assertEquals(List.of(node.name("a/b") + "@" + manifest), image.repoDigests());
        assertEquals(List.of("/bin/sh"), image.config().cmd());
        assertEquals("www-data:1004", image.config().user());
        assertFalse(image.pinned());
        LayerStack stack = node.service().layers(image.id());
        assertEquals(2, stack.topFirst().size());
        assertEquals(
                "box", Files.readString(stack.topFirst().getFirst().directory().resolve("etc/hostname")));
        assertEquals(
                "#!", Files.readString(stack.topFirst().getLast().directory().resolve("bin/sh")));
    }

    @Test
    void layersHaveShortNamesForOverlay() throws Exception {
        twoLayers().push(node.registry(), "a", "1");
        LayerStack stack = node.service().layers(node.pull(node.name("a:1")).id());
        for (LayerPath layer : stack.topFirst()) {
            assertTrue(layer.link().length() <= 2, layer.link());
            assertTrue(Files.isSameFile(layer.directory(), stack.links().resolve(layer.link())));
        }
    }

    @Test
    void theStoreIsPrivate() throws Exception {
        assertEquals(0700, (int) Files.getAttribute(node.root(), "unix:mode") & 07777);
    }

    @Test
    void anIndexLeadsToThisMachinesImage() {
        TestImage made = twoLayers();
        made.push(node.registry(), "a", "unused");
        Digest index = node.registry().manifest("a", "multi", made.index(), MediaTypes.OCI_INDEX);
        Image image = node.pull(node.name("a:multi"));
        assertEquals(made.id(), image.id());
        assertEquals(List.of(node.name("a") + "@" + index), image.repoDigests());
    }

    @Test
    void aPullByDigestMakesNoTag() {
        TestImage made = twoLayers();
        made.push(node.registry(), "a", "1");
        Digest index = node.registry().manifest("a", "multi", made.index(), MediaTypes.OCI_INDEX);
        String reference = node.name("a") + "@" + index;
        Image image = node.pull(reference);
        assertEquals(List.of(), image.repoTags());
        assertEquals(List.of(reference), image.repoDigests());
        assertEquals(image, node.service().find(reference));
        assertEquals(image, node.pull(node.name("a:7") + "@" + index));
    }

    @Test
    void zstdAndPlainLayersArePulledToo() throws Exception {
        byte[] plain = new Tars().file("plain", "p").bytes();
        byte[] zstd = new Tars().file("zstd", "z").bytes();
        new TestImage().layer(plain, plain).layer(zstd, Zstd.compress(zstd)).push(node.registry(), "a", "1");
        LayerStack stack = node.service().layers(node.pull(node.name("a:1")).id());
        assertEquals(
                "z", Files.readString(stack.topFirst().getFirst().directory().resolve("zstd")));
        assertEquals(
                "p", Files.readString(stack.topFirst().getLast().directory().resolve("plain")));
    }

    @Test
    void anImageWithoutLayersIsAnImage() {
        new TestImage().push(node.registry(), "a", "1");
        Image image = node.pull(node.name("a:1"));
        assertTrue(image.size() > 0);
        assertEquals(List.of(), node.service().layers(image.id()).topFirst());
    }

    @Test
    void whatIsThereIsNotFetchedAgain() {
        TestImage made = twoLayers();
        made.push(node.registry(), "a", "1");
        node.pull(node.name("a:1"));
        long blobs = node.registry().count("/blobs/");
        assertEquals(3, blobs);
        made.push(node.registry(), "b", "2");
        Image image = node.pull(node.name("b:2"));
        assertEquals(blobs, node.registry().count("/blobs/"));
        assertEquals(List.of(node.name("a:1"), node.name("b:2")), image.repoTags());
        TestImage more = twoLayers().layer(new Tars().file("new", "x"));
        more.push(node.registry(), "a", "3");
        node.pull(node.name("a:3"));
        assertEquals(blobs + 2, node.registry().count("/blobs/"));
    }

    @Test
    void progressIsToldPerLayer() {
        Map<Digest, Long> bytes = new ConcurrentHashMap<>();
        Map<Digest, String> states = new ConcurrentHashMap<>();
        PullProgress progress = new PullProgress() {
            @Override
            public void layerStarted(Digest layer, long size) {
                states.put(layer, "started " + size);
            }

            @Override
            public void layerBytes(Digest layer, long count) {
                bytes.merge(layer, count, Long::sum);
            }

            @Override
            public void layerDone(Digest layer) {
                states.merge(layer, " done", String::concat);
            }
        };
        TestImage made = twoLayers();
        made.push(node.registry(), "a", "1");
        node.service().pull(Reference.parse(node.name("a:1")), null, progress);
        for (TestImage.Layer layer : made.layers()) {
            assertEquals(layer.served().length, bytes.get(layer.diffId()));
            assertEquals("started %d done".formatted(layer.served().length), states.get(layer.diffId()));
        }
    }

    @Test
    void aMirrorIsAskedFirstAndKeepsTheNames() {
        FakeRegistry.mirror(
                node.hosts(),
                "registry.example",
                "server = \"http://127.0.0.1:1\"\n[host.\"http://%s\"]\n"
                        .formatted(node.registry().address()));
        twoLayers().push(node.registry(), "e2e/busybox", "1");
        Image image = node.pull("registry.example/e2e/busybox:1");
        assertEquals(List.of("registry.example/e2e/busybox:1"), image.repoTags());
        assertTrue(node.registry().seen().stream()
                .allMatch(request -> request.query().equals("ns=registry.example")));
    }

    @Test
    void theNextServerIsAskedWhenAMirrorFails() {
        FakeRegistry.mirror(
                node.hosts(),
                "registry.example",
                "server = \"http://%s\"\n[host.\"http://127.0.0.1:1\"]\n"
                        .formatted(node.registry().address()));
        twoLayers().push(node.registry(), "a", "1");
        assertNotNull(node.pull("registry.example/a:1"));
    }

    @Test
    void oneContentFromTwoRegistriesIsOneImage() {
        for (String host : List.of("one.example", "two.example")) {
            FakeRegistry.mirror(
                    node.hosts(),
                    host,
                    "[host.\"http://%s\"]\n".formatted(node.registry().address()));
        }
        twoLayers().push(node.registry(), "pause", "3.9");
        Image first = node.pull("one.example/pause:3.9");
        Image both = node.pull("two.example/pause:3.9");
        assertEquals(first.id(), both.id());
        assertEquals(List.of("one.example/pause:3.9", "two.example/pause:3.9"), both.repoTags());
        assertEquals(List.of(both), node.service().list());
        node.service().remove(both.id());
        assertNull(node.service().find("one.example/pause:3.9"));
        assertNull(node.service().find("two.example/pause:3.9"));
        node.assertEmpty();
    }

    @Test
    void aTagThatMovesIsTakenFromTheOldImage() {
        twoLayers().push(node.registry(), "a", "latest");
        Image old = node.pull(node.name("a"));
        TestImage changed = twoLayers().layer(new Tars().file("new", "x"));
        changed.push(node.registry(), "a", "latest");
        Image now = node.pull(node.name("a"));
        assertEquals(List.of(node.name("a:latest")), now.repoTags());
        Image left = node.service().find(old.id());
        assertNotNull(left);
        assertEquals(List.of(), left.repoTags());
        assertEquals(old.repoDigests(), left.repoDigests());
        assertEquals(now, node.service().find(node.name("a")));
    }

    @Test
    void threeTagsAreOneImage() {
        for (String tag : List.of("1", "2", "3")) {
            twoLayers().push(node.registry(), "tags", tag);
            node.pull(node.name("tags:") + tag);
        }
        Image image = node.service().list().getFirst();
        assertEquals(1, node.service().list().size());
        assertEquals(List.of(node.name("tags:1"), node.name("tags:2"), node.name("tags:3")), image.repoTags());
        assertEquals(1, image.repoDigests().size());
        for (String name : image.repoTags()) {
            assertEquals(image, node.service().find(name));
        }
    }

    @Test
    void anAbsentImageIsNotFound() {
        ImageFailure failure = node.failsToPull(node.name("no/such:1"));
        assertEquals(ImageFailure.Kind.NOT_FOUND, failure.kind());
        assertTrue(failure.getMessage().contains("no/such/manifests/1"), failure.getMessage());
        node.assertEmpty();
    }

    @Test
    void plainHttpIsUsedOnlyWhereItIsAllowed() throws Exception {
        twoLayers().push(node.registry(), "a", "1");
        Files.delete(node.hosts().resolve(node.registry().address()).resolve("hosts.toml"));
        ImageFailure failure = node.failsToPull(node.name("a:1"));
        assertEquals(ImageFailure.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().contains("https://"), failure.getMessage());
        assertEquals(0, node.registry().count("/v2/"));
    }

    @Test
    void aDirectoryWithoutAnEntryLooksAsBelow() throws Exception {
        new TestImage()
                .layer(new Tars()
                        .with(01777, 7, 8)
                        .directory("tmp")
                        .with(0755, 0, 0)
                        .directory("usr")
                        .directory("usr/lib")
                        .symlink("lib", "usr/lib")
                        .file("usr/lib/libc", "c"))
                .layer(new Tars()
                        .file("tmp/x", "x")
                        .file("lib/libm", "m")
                        .file("lib/modules/a", "a")
                        .file("other/y", "y"))
                .push(node.registry(), "a", "1");
        Image image = node.pull(node.name("a:1"));
        Path top = node.service().layers(image.id()).topFirst().getFirst().directory();
        assertEquals(01777, (int) Files.getAttribute(top.resolve("tmp"), "unix:mode") & 07777);
        assertEquals(7, (int) Files.getAttribute(top.resolve("tmp"), "unix:uid"));
        assertEquals(0755, (int) Files.getAttribute(top.resolve("other"), "unix:mode") & 07777);
        // Files whose directory is a link below go to where it points.
        assertFalse(Files.exists(top.resolve("lib")));
        assertEquals("m", Files.readString(top.resolve("usr/lib/libm")));
        assertEquals("a", Files.readString(top.resolve("usr/lib/modules/a")));
        assertEquals("c", text(image, "lib/libc"));
        assertEquals("m", text(image, "lib/libm"));
    }

    private String text(Image image, String path) {
        byte[] bytes = node.service().files().read(image.id(), path, 1000);
        return bytes == null ? "absent" : new String(bytes, UTF_8);
    }
}
