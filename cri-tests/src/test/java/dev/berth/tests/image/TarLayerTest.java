package dev.berth.tests.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.tests.node.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarLayerTest {
    @Test
    void theTarOfThisMachineReadsIt(@TempDir Path folder) throws Exception {
        byte[] bytes = new TarLayer()
                .file("/etc/deep/motd", "ahoy\n")
                .file("usr/bin/su", 04755, new byte[] {1, 2, 3})
                .hardLink("bin/su", "usr/bin/su")
                .symlink("lib64", "usr/lib64")
                .directory("tmp", 01777)
                .toBytes();
        Path archive = Files.write(folder.resolve("layer.tar"), bytes);
        String listing = Command.mustRun("tar", "-tvf", archive.toString(), "--numeric-owner");
        assertEquals("""
                drwxr-xr-x 0/0 etc/
                drwxr-xr-x 0/0 etc/deep/
                -rw-r--r-- 0/0 etc/deep/motd
                drwxr-xr-x 0/0 usr/
                drwxr-xr-x 0/0 usr/bin/
                -rwsr-xr-x 0/0 usr/bin/su
                drwxr-xr-x 0/0 bin/
                hrwxr-xr-x 0/0 bin/su link to usr/bin/su
                lrwxrwxrwx 0/0 lib64 -> usr/lib64
                drwxrwxrwt 0/0 tmp/
                """, listing.replaceAll(" +\\d+ \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d", ""));
        assertEquals("ahoy\n", Command.mustRun("tar", "-xOf", archive.toString(), "etc/deep/motd"));
    }

    @Test
    void aPathThatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TarLayer().file("x".repeat(101), ""));
    }

    @Test
    void librariesAreReadFromLdd() {
        assertEquals(List.of(Path.of("/lib/libc.so.6"), Path.of("/lib64/ld-linux.so.2")), SharedLibraries.parse("""
                        \tlinux-vdso.so.1 (0x00007ffd)
                        \tlibc.so.6 => /lib/libc.so.6 (0x00007f11)
                        \t/lib64/ld-linux.so.2 (0x00007f12)
                        """));
    }

    @Test
    void anImageIsNamedByItsConfiguration() {
        byte[] layer = new TarLayer().file("a", "a").toBytes();
        OciImage one = OciImage.of(List.of(layer), config -> config.put("User", "1"));
        OciImage two = OciImage.of(List.of(layer), config -> config.put("User", "2"));
        assertEquals(one.blobs().getFirst().digest(), two.blobs().getFirst().digest());
        assertEquals(false, one.id().equals(two.id()));
        assertEquals(
                one.id(),
                OciImage.of(List.of(layer), config -> config.put("User", "1")).id());
    }
}
