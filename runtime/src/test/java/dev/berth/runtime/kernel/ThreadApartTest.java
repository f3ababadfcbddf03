package dev.berth.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadApartTest {
    private static final Kernel KERNEL = new LinuxKernel();

    @TempDir
    Path dir;

    @Test
    void itsWorkingDirectoryIsItsOwn() throws Exception {
        Files.createDirectory(dir.resolve("here"));
        String before = Files.readSymbolicLink(Path.of("/proc/self/cwd")).toString();
        boolean found = ThreadApart.withOwnDirectory(KERNEL, () -> {
            try (Fd directory = directory(dir.toString())) {
                KERNEL.fchdir(directory.number());
            }
            return KERNEL.fstatat(Kernel.AT_FDCWD, "here", 0).isDirectory();
        });
        assertTrue(found);
        assertEquals(before, Files.readSymbolicLink(Path.of("/proc/self/cwd")).toString());
        assertThrows(KernelFailure.class, () -> KERNEL.fstatat(Kernel.AT_FDCWD, "here", 0));
    }

    @Test
    void itsMountsAreItsOwn() throws Exception {
        Files.createDirectory(dir.resolve("mounted"));
        Path file = dir.resolve("mounted/file");
        boolean seen = ThreadApart.withOwnMounts(KERNEL, () -> {
            KERNEL.mount("tmpfs", dir.resolve("mounted").toString(), "tmpfs", 0, "");
            KERNEL.mknodat(Kernel.AT_FDCWD, file.toString(), 0100644, 0);
            return Files.exists(file);
        });
        assertTrue(seen);
        assertFalse(Files.exists(file), "the file system is gone with the thread");
    }

    @Test
    void aFailureIsTheCallersAsItWas() {
        KernelFailure failure = assertThrows(
                KernelFailure.class,
                () -> ThreadApart.withOwnDirectory(KERNEL, () -> {
                    KERNEL.fchdir(-1);
                    return true;
                }));
        assertEquals(Errno.EBADF, failure.errno());
    }

    private static Fd directory(String path) {
        return new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, path, Kernel.O_PATH | Kernel.O_DIRECTORY, 0));
    }
}
