package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.record.PrivateDirectories;
import dev.berth.image.store.LayerPath;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayTest {
    private static final Kernel KERNEL = new LinuxKernel();

    @TempDir
    Path dir;

    /** The way that kernels before 6.8 need works on every kernel. */
    @Test
    void sixtyFourLayersAreStackedByShortNamesWithTheTopmostWinning() throws Exception {
        LayerStack layers = stack(64);
        Path upper = Files.createDirectory(dir.resolve("upper"));
        Path work = Files.createDirectory(dir.resolve("work"));
        try (Fd root = mount(new Overlay.Stack(layers, upper, work, -1, ""))) {
            assertEquals("layer 63", read(root, "same"));
            assertEquals("layer 0", read(root, "only-0"));
            assertEquals("layer 40", read(root, "only-40"));
            KERNEL.close(KERNEL.openat(root.number(), "new", Kernel.O_CREAT | Kernel.O_WRONLY, 0644));
        }
        assertTrue(Files.exists(upper.resolve("new")), "a new file lands in the upper directory");
    }

    @Test
    void layersWithoutAnUpperDirectoryCannotBeWrittenTo() throws Exception {
        try (Fd root = mount(new Overlay.Stack(stack(2), null, null, -1, ""))) {
            assertEquals("layer 1", read(root, "same"));
            assertThrows(
                    RuntimeException.class,
                    () -> KERNEL.openat(root.number(), "new", Kernel.O_CREAT | Kernel.O_WRONLY, 0644));
        }
    }

    @Test
    void mountPointsAreThereWithoutBeingMadeAndGiveWayToWhatTheImageHas() throws Exception {
        Path points = dir.resolve("mountpoints");
        MountPoints.make(points);
        MountPoints.make(points);
        LayerStack image = stack(1);
        Path etc =
                Files.createDirectories(image.topFirst().getFirst().directory().resolve("etc"));
        Files.writeString(etc.resolve("hosts"), "the image's");
        Path upper = Files.createDirectory(dir.resolve("upper"));
        Path work = Files.createDirectory(dir.resolve("work"));
        for (Overlay.Way way : List.of(Overlay.Way.SHORT_NAMES, Overlay.Way.STRINGS)) {
            PrivateDirectories.remove(work);
            Files.createDirectory(work);
            int mount = Overlay.mount(KERNEL, new Overlay.Stack(image.over(points), upper, work, -1, ""), way);
            try (Fd root = new Fd(KERNEL, mount)) {
                assertEquals("the image's", read(root, "etc/hosts"));
                assertEquals("", read(root, "etc/resolv.conf"));
                KERNEL.close(KERNEL.openat(root.number(), "proc", Kernel.O_RDONLY | Kernel.O_DIRECTORY, 0));
            }
        }
        assertEquals(List.of(), PrivateDirectories.list(upper));
    }

    @Test
    void twoHundredLayersAreStackedWithoutATraceInTheMountTable() throws Exception {
        LayerStack layers = stack(200);
        Path upper = Files.createDirectory(dir.resolve("upper"));
        Path work = Files.createDirectory(dir.resolve("work"));
        try (Fd root = mount(new Overlay.Stack(layers, upper, work, -1, ""))) {
            assertEquals("layer 199", read(root, "same"));
            assertEquals("layer 0", read(root, "only-0"));
            KERNEL.close(KERNEL.openat(root.number(), "new", Kernel.O_CREAT | Kernel.O_WRONLY, 0644));
            assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(dir.toString()));
        }
        assertTrue(Files.exists(upper.resolve("new")), "a new file lands in the upper directory");
    }

    /** Idmapped layers that have to be attached before they can be stacked: from Linux 5.19 on every kernel. */
    @Test
    void layersOfAUserNamespaceBelongToItsRoot() throws Exception {
        LayerStack layers = stack(40);
        try (Fd user = userNamespace()) {
            belongToItsRoot(layers, user, "a", stack -> IdMappedLayers.mount(KERNEL, stack));
            belongToItsRoot(layers, user, "b", OverlayTest::attached);
        }
    }

    private void belongToItsRoot(LayerStack layers, Fd user, String name, ToIntFunction<Overlay.Stack> way)
            throws Exception {
        Path upper = Files.createDirectories(dir.resolve(name).resolve("upper"));
        Path work = Files.createDirectories(dir.resolve(name).resolve("work"));
        try (Fd root = new Fd(KERNEL, way.applyAsInt(new Overlay.Stack(layers, upper, work, user.number(), "")))) {
            assertEquals("layer 39", read(root, "same"));
            assertEquals(100_000, KERNEL.fstatat(root.number(), "only-7", 0).uid());
            assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(dir.toString()));
            KERNEL.close(KERNEL.openat(root.number(), "new", Kernel.O_CREAT | Kernel.O_WRONLY, 0644));
        }
        assertTrue(Files.exists(upper.resolve("new")), "a new file lands in the upper directory");
    }

    private static int attached(Overlay.Stack stack) {
        List<Fd> layers = new ArrayList<>();
        try {
            for (LayerPath layer : stack.layers().topFirst()) {
                layers.add(IdMappedLayers.layer(KERNEL, layer.directory(), stack.userNamespace()));
            }
            return IdMappedLayers.attached(KERNEL, stack, layers);
        } finally {
            layers.forEach(Fd::close);
        }
    }

    /** Held by its descriptor; the process that made it ends. */
    private static Fd userNamespace() throws Exception {
        Process holder = new ProcessBuilder("unshare", "--user", "cat").start();
        try {
            Path proc = Path.of("/proc", Long.toString(holder.pid()));
            Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
            long end = System.nanoTime() + 30_000_000_000L;
            while (Files.readSymbolicLink(proc.resolve("ns/user")).equals(own) && System.nanoTime() < end) {
                Thread.sleep(5);
            }
            Files.writeString(proc.resolve("uid_map"), "0 100000 65536");
            Files.writeString(proc.resolve("gid_map"), "0 100000 65536");
            return new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, proc + "/ns/user", Kernel.O_RDONLY, 0));
        } finally {
            holder.destroyForcibly();
            holder.waitFor();
        }
    }

    private static Fd mount(Overlay.Stack stack) {
        return new Fd(KERNEL, Overlay.mount(KERNEL, stack, Overlay.Way.SHORT_NAMES));
    }

    private LayerStack stack(int count) throws IOException {
        Path links = Files.createDirectory(dir.resolve("links"));
        List<LayerPath> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path layer = Files.createDirectories(dir.resolve("layers/a-name-as-long-as-that-of-a-digest-" + i));
            Files.writeString(layer.resolve("same"), "layer " + i);
            Files.writeString(layer.resolve("only-" + i), "layer " + i);
            String link = Integer.toString(i, 36);
            Files.createSymbolicLink(links.resolve(link), Path.of("..").resolve(dir.relativize(layer)));
            layers.addFirst(new LayerPath(layer, link));
        }
        return new LayerStack(links, layers);
    }

    private static String read(Fd root, String name) {
        try (Fd file = new Fd(KERNEL, KERNEL.openat(root.number(), name, Kernel.O_RDONLY, 0))) {
            byte[] bytes = new byte[64];
            return new String(
                    bytes,
                    0,
                    KERNEL.read(file.number(), bytes, 0, bytes.length),
                    java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
