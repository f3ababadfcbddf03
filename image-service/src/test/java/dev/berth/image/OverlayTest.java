package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.store.Image;
import dev.berth.image.store.LayerPath;
import dev.berth.image.store.LayerStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's overlay is asked what it makes of the layers, in a mount namespace of its own. */
class OverlayTest {
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

    @Test
    void overlayShowsWhatTheImageSays() throws Exception {
        Image image = pull(new TestImage()
                .layer(new Tars()
                        .with(0755, 0, 0)
                        .directory("etc")
                        .directory("opt")
                        .with(0644, 0, 0)
                        .file("etc/old", "old")
                        .file("etc/kept", "kept")
                        .file("opt/hidden", "x"))
                .layer(new Tars().file("etc/.wh.old", "").file("etc/new", "new").file("opt/.wh..wh..opq", "")));
        assertEquals("./etc/kept ./etc/new", files(image));
    }

    @Test
    void readingFilesAgreesWithOverlayOnAnyTree() throws Exception {
        Random random = new Random(11);
        TreeSet<String> seen = new TreeSet<>();
        for (int round = 0; round < 6; round++) {
            TestImage made = new TestImage();
            for (int layer = 0; layer < 4; layer++) {
                made.layer(randomLayer(random, layer));
            }
            Image image = pull(made);
            String shown = files(image);
            TreeSet<String> read = new TreeSet<>();
            for (String path : allPaths()) {
                byte[] bytes = node.service().files().read(image.id(), path, 100);
                if (bytes != null) {
                    read.add("./" + path);
                }
            }
            assertEquals(shown, String.join(" ", read), "round " + round);
            seen.addAll(read);
            node.service().remove(image.id());
        }
        assertTrue(seen.size() > 10, seen.toString());
    }

    private static final List<String> NAMES = List.of("a", "b", "c");

    private static List<String> allPaths() {
        List<String> two = NAMES.stream()
                .flatMap(one -> NAMES.stream().map(other -> one + "/" + other))
                .toList();
        TreeSet<String> all = new TreeSet<>(NAMES);
        all.addAll(two);
        two.forEach(path -> NAMES.forEach(name -> all.add(path + "/" + name)));
        return List.copyOf(all);
    }

    /** A few files, directories, whiteouts and opaque marks at random places. */
    private static Tars randomLayer(Random random, int layer) {
        Tars tars = new Tars();
        List<String> paths = allPaths();
        TreeSet<String> files = new TreeSet<>();
        for (int i = 0; i < 9; i++) {
            String path = paths.get(random.nextInt(paths.size()));
            String parent = path.contains("/") ? path.substring(0, path.lastIndexOf('/') + 1) : "";
            if (files.stream().anyMatch(path::startsWith)) {
                continue;
            }
            switch (random.nextInt(4)) {
                case 0 -> tars.file(parent + ".wh." + path.substring(parent.length()), "");
                case 1 -> tars.file(parent + ".wh..wh..opq", "");
                default -> {
                    tars.file(path, "layer " + layer);
                    files.add(path);
                }
            }
        }
        return tars;
    }

    private Image pull(TestImage made) {
        made.push(node.registry(), "overlay", "1");
        return node.pull(node.name("overlay:1"));
    }

    /** The regular files of the image as overlay shows them, sorted. */
    private String files(Image image) throws IOException, InterruptedException {
        LayerStack stack = node.service().layers(image.id());
        String lower = stack.topFirst().stream().map(LayerPath::link).collect(Collectors.joining(":"));
        Path merged = Files.createDirectories(dir.resolve("merged"));
        String script =
                "mount -t overlay overlay -o ro,lowerdir=%s %s && cd %s && find . -type f | LC_ALL=C sort | tr '\\n' ' '"
                        .formatted(lower, merged, merged);
        Process process = new ProcessBuilder("unshare", "-m", "--propagation", "private", "sh", "-ec", script)
                .directory(stack.links().toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertEquals(0, process.waitFor(), text);
        return text;
    }
}
