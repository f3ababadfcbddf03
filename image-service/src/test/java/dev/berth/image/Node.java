package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.Platform;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.RegistrySettings;
import dev.berth.image.store.Image;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A node with an image service whose store can be looked at and opened again, and a registry on loopback beside it. */
public final class Node implements AutoCloseable {
    private final Path dir;
    private final FakeRegistry registry = new FakeRegistry();
    private ImageService service;

    public Node(Path dir) {
        this(dir, new LinuxKernel());
    }

    public Node(Path dir, Kernel kernel) {
        this.dir = dir;
        registry.allow(hosts());
        service = open(kernel, _ -> false);
    }

    private ImageService open(Kernel kernel, Predicate<String> held) {
        RegistrySettings registries = new RegistrySettings(
                hosts(), dir.resolve("config.json"), Duration.ofMillis(500), 4, Duration.ofMillis(5));
        return new ImageService(
                kernel,
                new ImageSettings(root(), registries, 3, Platform.current(), Set.of("quay.io/keep/me:1"), held));
    }

    /** Opens the store again, as after a restart. */
    public void restart(Predicate<String> held) {
        service.close();
        service = open(new LinuxKernel(), held);
    }

    public FakeRegistry registry() {
        return registry;
    }

    public ImageService service() {
        return service;
    }

    public Path hosts() {
        return dir.resolve("hosts");
    }

    public Path root() {
        return dir.resolve("store");
    }

    public Path dockerConfig() {
        return dir.resolve("config.json");
    }

    /** A repository of the registry on loopback. */
    public String name(String repository) {
        return registry.address() + "/" + repository;
    }

    public Image pull(String reference) {
        return service.pull(Reference.parse(reference), null, PullProgress.NONE);
    }

    public ImageFailure failsToPull(String reference) {
        return assertThrows(ImageFailure.class, () -> pull(reference));
    }

    /** The store holds no layer, no link, no image and nothing unfinished. */
    public void assertEmpty() {
        for (String folder : List.of("layers", "l", "images", "tmp")) {
            assertEquals(List.of(), names(folder), folder);
        }
        assertEquals(0, service.usage().bytes());
        assertEquals(0, service.usage().inodes());
    }

    public List<String> names(String folder) {
        List<String> names = new ArrayList<>();
        try (Stream<Path> list = Files.list(root().resolve(folder))) {
            list.forEach(path -> names.add(path.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** Waits for something that another thread does. */
    public static void eventually(Runnable assertion) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(10);
            }
        }
    }

    @Override
    public void close() {
        service.close();
        registry.close();
    }
}
