package dev.berth.image.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.reference.Digest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks real archives, made by GNU tar, and compares with what GNU tar unpacks. */
class SameAsTarTest {
    private static final Kernel KERNEL = new LinuxKernel();

    @TempDir
    Path dir;

    @Test
    void aTreeWithEverythingInItIsTheSame() throws Exception {
        run("""
                mkdir -p source/a/deep/er/ENDLESS source/empty
                ln -s a/deep source/link
                ln -s /absolute source/abs
                echo one > source/a/one
                ln source/a/one source/a/hard
                head -c 1000000 /dev/urandom > source/a/deep/big
                mkfifo source/fifo
                mknod source/null c 1 3
                mknod source/loop b 7 300
                chmod 4755 source/a/one
                chmod 1777 source/empty
                chown 1234:4321 source/a/deep source/link
                chown 3000000:3000001 source/a/deep/big
                touch -d '1969-12-31 23:00:00.5' source/a/deep/big
                touch -d '2001-02-03 04:05:06.789012345' source/a/deep source/empty source/a
                touch -h -d '2002-02-03' source/link
                touch "source/$(printf 'n%.0s' $(seq 200))" 'source/größe' "$(printf 'source/\\377raw')"
                setfattr -n user.test -v value source/a/one 2>/dev/null || true
                setcap cap_net_raw+ep source/a/deep/big 2>/dev/null || true
                """.replace("ENDLESS", "x".repeat(150) + "/" + "y".repeat(150)));
        for (String format : List.of("posix", "gnu")) {
            run(
                    "tar -C source --format=%s --xattrs --xattrs-include='*' --sparse-version=0.0 --no-sort -cf %s.tar . 2>/dev/null || tar -C source --format=%s -cf %s.tar ."
                            .formatted(format, format, format, format)
                            .replace("--sparse-version=0.0 --no-sort ", ""));
            run("mkdir tar-%s && tar -C tar-%s --xattrs --xattrs-include='*' -xpf %s.tar"
                    .formatted(format, format, format));
            unpack(dir.resolve(format + ".tar"), Files.createDirectory(dir.resolve("ours-" + format)));
            assertEquals(listing("tar-" + format), listing("ours-" + format));
            run("diff -r --no-dereference -x fifo -x null -x loop tar-%s ours-%s".formatted(format, format));
        }
    }

    private void unpack(Path tar, Path root) throws IOException {
        byte[] bytes = Files.readAllBytes(tar);
        int flags = Kernel.O_RDONLY | Kernel.O_DIRECTORY;
        try (Fd scratch = new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, dir.toString(), flags, 0));
                Fd files = new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, root.toString(), flags, 0))) {
            new LayerStream(new ByteArrayInputStream(bytes), null, Digest.of(bytes), _ -> {})
                    .unpackInto(KERNEL, scratch.number(), files.number());
        }
    }

    /** Type, mode, owner, links, size of files, time, name, target; then extended attributes. */
    private String listing(String name) throws Exception {
        String format = "%y %m %U:%G %n %T@ %P %l";
        String list = run("cd %s && find . -printf '%s\\n' | sort".formatted(name, format));
        assertTrue(list.lines().count() > 10);
        return list
                + run("cd %s && getfattr -Rhd -m '^(user|security.capability)' . 2>/dev/null || true".formatted(name));
    }

    private String run(String script) throws IOException, InterruptedException {
        Path output = Files.createTempFile("berth-test", ".out");
        try {
            Process process = new ProcessBuilder("sh", "-ec", script)
                    .directory(dir.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            int exit = process.waitFor();
            String text = Files.readString(output, StandardCharsets.ISO_8859_1);
            assertEquals(0, exit, script + "\n" + text);
            return text;
        } finally {
            Files.delete(output);
        }
    }
}
