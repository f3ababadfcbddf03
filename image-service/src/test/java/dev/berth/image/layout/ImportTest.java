package dev.berth.image.layout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import dev.berth.image.Node;
import dev.berth.image.Tars;
import dev.berth.image.TestImage;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.store.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
    @TempDir
    Path dir;

    private final TestImage image =
            new TestImage().layer(new Tars().file("etc/passwd", "root")).layer(new Tars().file("bin/sh", "#!"));
    private Node node;

    @BeforeEach
    void start() {
        node = new Node(dir);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** The files of an OCI layout. */
    private Map<String, byte[]> layout(String annotations) {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(UTF_8));
        String entry = TestImage.descriptor(MediaTypes.OCI_MANIFEST, image.manifest())
                .replace("}", ",\"annotations\":{%s}}".formatted(annotations));
        files.put(
                "index.json",
                "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(entry).getBytes(UTF_8));
        blob(files, image.manifest());
        blob(files, image.config());
        image.layers().forEach(layer -> blob(files, layer.served()));
        return files;
    }

    private static void blob(Map<String, byte[]> files, byte[] bytes) {
        files.put("blobs/sha256/" + Digest.of(bytes).hex(), bytes);
    }

    /** What docker save wrote before it wrote layouts. */
    private Tars dockerArchive() {
        String config = Digest.of(image.config()).hex() + ".json";
        String manifest =
                "[{\"Config\":\"%s\",\"RepoTags\":[\"me/app:1\",\"quay.io/me/app:2\"],\"Layers\":[\"0/layer.tar\",\"1/layer.tar\"]}]"
                        .formatted(config);
        return new Tars()
                .entry('0', config, "", image.config())
                .directory("0/")
                .entry('0', "0/layer.tar", "", image.layers().getFirst().plain())
                .entry('0', "real/layer.tar", "", image.layers().getLast().plain())
                .symlink("1/layer.tar", "../real/layer.tar")
                .entry('0', "manifest.json", "", manifest.getBytes(UTF_8));
    }

    private static Tars tar(Map<String, byte[]> files) {
        Tars tars = new Tars();
        files.forEach((name, bytes) -> tars.entry('0', "./" + name, "", bytes));
        return tars;
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(dir.resolve(name), bytes);
    }

    private Path writeDirectory(Map<String, byte[]> files) throws IOException {
        Path layout = dir.resolve("layout");
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = layout.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return layout;
    }

    private List<Image> importArchive(Path path) {
        return node.service().importArchive(path, PullProgress.NONE);
    }

    @Test
    void aLayoutIsImportedUnderItsFullName() throws Exception {
        Path layout = writeDirectory(layout("\"io.containerd.image.name\":\"quay.io/me/app:1\""));
        Image imported = importArchive(layout).getFirst();
        assertEquals(image.id(), imported.id());
        assertEquals(List.of("quay.io/me/app:1"), imported.repoTags());
        assertEquals(List.of("quay.io/me/app@" + Digest.of(image.manifest())), imported.repoDigests());
        assertEquals("root", new String(read(imported, "etc/passwd"), UTF_8));
    }

    @Test
    void aBareTagGivesNoName() throws Exception {
        Path layout = writeDirectory(layout("\"org.opencontainers.image.ref.name\":\"latest\""));
        Image imported = importArchive(layout).getFirst();
        assertEquals(List.of(), imported.repoTags());
        Image named = node.service().importArchive(layout, Reference.parse("me/app:3"), PullProgress.NONE);
        assertEquals(List.of("docker.io/me/app:3"), named.repoTags());
    }

    @Test
    void layoutsComeAsTarsTooPlainOrCompressed() throws Exception {
        byte[] tar = tar(layout("\"org.opencontainers.image.ref.name\":\"localhost/app:1\""))
                .bytes();
        for (Path path : List.of(
                write("plain.tar", tar),
                write("gzip.tar.gz", Tars.gzip(tar)),
                write("zstd.tar.zst", Zstd.compress(tar)))) {
            Image imported = importArchive(path).getFirst();
            assertEquals(List.of("localhost/app:1"), imported.repoTags());
            node.service().remove(imported.id());
            node.assertEmpty();
        }
    }

    @Test
    void aDockerArchiveIsImportedWithAllItsTags() throws Exception {
        Image imported =
                importArchive(write("docker.tar", dockerArchive().bytes())).getFirst();
        assertEquals(image.id(), imported.id());
        assertEquals(List.of("docker.io/me/app:1", "quay.io/me/app:2"), imported.repoTags());
        assertEquals(List.of(), imported.repoDigests());
        assertEquals("#!", new String(read(imported, "bin/sh"), UTF_8));
        node.restart(_ -> false);
        assertEquals(List.of(imported), node.service().list());
    }

    @Test
    void severalPlatformsAreOneImage() throws Exception {
        Map<String, byte[]> files = layout("");
        byte[] index = image.index();
        blob(files, index);
        files.put("index.json", index);
        assertEquals(image.id(), importArchive(writeDirectory(files)).getFirst().id());
        String nested =
                "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(TestImage.descriptor(MediaTypes.OCI_INDEX, index));
        files.put("index.json", nested.getBytes(UTF_8));
        assertEquals(image.id(), importArchive(writeDirectory(files)).getFirst().id());
    }

    @Test
    void damageLeavesNothing() throws Exception {
        Map<String, byte[]> files = layout("");
        files.put("blobs/sha256/" + Digest.of(image.config()).hex(), "{}".getBytes(UTF_8));
        fails(writeDirectory(files), ImageFailure.Kind.CORRUPT, "has other content");
        files = layout("");
        files.put(
                "blobs/sha256/" + Digest.of(image.layers().getLast().served()).hex(),
                Tars.gzip(new Tars().file("other", "x").bytes()));
        fails(writeDirectory(files), ImageFailure.Kind.CORRUPT, "should be");
        files.remove(
                "blobs/sha256/" + Digest.of(image.layers().getLast().served()).hex());
        fails(write("missing.tar", tar(files).bytes()), ImageFailure.Kind.CORRUPT, "has no blobs/sha256/");
        byte[] whole = dockerArchive().bytes();
        fails(write("cut.tar", Arrays.copyOf(whole, 3000)), ImageFailure.Kind.CORRUPT, "ends in the middle");
        fails(write("empty.tar", new Tars().bytes()), ImageFailure.Kind.UNSUPPORTED, "neither index.json");
        fails(dir.resolve("nowhere.tar"), ImageFailure.Kind.NOT_FOUND, "there is no file");
    }

    @Test
    void namesCannotLeaveTheArchive() throws Exception {
        Files.writeString(dir.resolve("outside.json"), "{}");
        String manifest = "[{\"Config\":\"../outside.json\",\"RepoTags\":[],\"Layers\":[]}]";
        fails(
                write(
                        "up.tar",
                        new Tars()
                                .entry('0', "manifest.json", "", manifest.getBytes(UTF_8))
                                .bytes()),
                ImageFailure.Kind.CORRUPT,
                "has no ../outside.json");
        Path directory = Files.createDirectory(dir.resolve("archive"));
        Files.writeString(directory.resolve("manifest.json"), manifest);
        fails(directory, ImageFailure.Kind.CORRUPT, "has no ../outside.json");
    }

    private void fails(Path path, ImageFailure.Kind kind, String why) {
        ImageFailure failure = assertThrows(ImageFailure.class, () -> importArchive(path));
        assertEquals(kind, failure.kind(), failure.getMessage());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
        node.assertEmpty();
    }

    private byte[] read(Image of, String path) {
        byte[] bytes = node.service().files().read(of.id(), path, 1000);
        return bytes == null ? new byte[0] : bytes;
    }
}
