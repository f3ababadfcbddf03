package dev.berth.runtime.selinux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without SELinux in the kernel the attribute is one like any other that root may set. */
class RelabellingTest {
    private static final Label LABEL = Label.parse("system_u:object_r:container_file_t:s0:c1,c2");
    private static final int DIRECTORY = Kernel.O_RDONLY | Kernel.O_DIRECTORY;
    private static final Kernel KERNEL = new LinuxKernel();

    @TempDir
    Path dir;

    @Test
    void everythingBelowIsLabelledAndNoLinkIsFollowed() throws IOException {
        Path outside = Files.writeString(dir.resolve("outside"), "x");
        Path volume = Files.createDirectories(dir.resolve("volume/deep"));
        Files.writeString(volume.resolve("file"), "x");
        Files.createSymbolicLink(volume.resolve("link"), outside);
        Files.createSymbolicLink(volume.resolve("directory"), dir);
        relabel(dir.resolve("volume"));
        for (String path : new String[] {"volume", "volume/deep", "volume/deep/file", "volume/deep/link"}) {
            assertEquals(LABEL.toString(), label(dir.resolve(path)), path);
        }
        assertFalse(label(outside).contains("container_file_t"));
        assertFalse(label(dir).contains("container_file_t"));
    }

    @Test
    void oneFileIsLabelledToo() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "x");
        relabel(file);
        assertEquals(LABEL.toString(), label(file));
    }

    @Test
    void whatIsLabelledSoAlreadyIsNotTouched() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "x");
        relabel(file);
        Object changed = Files.getAttribute(file, "unix:ctime");
        relabel(file);
        assertEquals(changed, Files.getAttribute(file, "unix:ctime"));
    }

    @Test
    void aFileSystemWithoutLabelsIsLeftAsItIs() {
        relabel(Path.of("/proc/self/fdinfo"));
        assertArrayEquals(new byte[0], attribute(Path.of("/proc/self/fdinfo")));
    }

    @Test
    void nestingWithoutEndIsRefused() {
        List<Integer> nested = new ArrayList<>();
        nested.add(KERNEL.openat(Kernel.AT_FDCWD, dir.toString(), DIRECTORY, 0));
        for (int i = 0; i < 1002; i++) {
            KERNEL.mkdirat(nested.getLast(), "d", 0700);
            nested.add(KERNEL.openat(nested.getLast(), "d", DIRECTORY, 0));
        }
        IllegalArgumentException failure = assertThrows(IllegalArgumentException.class, () -> relabel(dir));
        assertTrue(String.valueOf(failure.getMessage()).contains("more than 1000 deep"), failure.toString());
        while (nested.size() > 1) {
            KERNEL.close(nested.removeLast());
            KERNEL.unlinkat(nested.getLast(), "d", Kernel.AT_REMOVEDIR);
        }
        KERNEL.close(nested.getFirst());
    }

    private static void relabel(Path path) {
        try (Fd fd = new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, path.toString(), Kernel.O_PATH, 0))) {
            Relabelling.of(KERNEL, fd.number(), LABEL);
        }
    }

    private static String label(Path path) {
        return new String(attribute(path), StandardCharsets.UTF_8);
    }

    private static byte[] attribute(Path path) {
        int flags = Kernel.O_PATH | Kernel.O_NOFOLLOW;
        try (Fd fd = new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, path.toString(), flags, 0))) {
            return KERNEL.fgetxattr(fd.number(), Relabelling.ATTRIBUTE);
        }
    }
}
