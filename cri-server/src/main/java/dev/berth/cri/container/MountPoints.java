package dev.berth.cri.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The lowest layer of every container's root: empty directories and files where each container has something mounted. Whatever the
 * image has in their place wins. Without it every start would make them in the container's own layer, and every removal would
 * remove them again: on a disk that is a third of the time of both.
 */
public final class MountPoints {
    private static final List<String> DIRECTORIES = List.of("proc", "sys", "dev", "etc");
    private static final List<String> FILES = List.of("etc/hosts", "etc/hostname", "etc/resolv.conf");

    private MountPoints() {}

    /** Makes them, or what is missing of them. */
    public static void make(Path layer) {
        try {
            Files.createDirectories(layer);
            for (String name : DIRECTORIES) {
                permit(Files.createDirectories(layer.resolve(name)), "rwxr-xr-x");
            }
            for (String name : FILES) {
                Path file = layer.resolve(name);
                if (Files.notExists(file)) {
                    Files.createFile(file);
                }
                permit(file, "rw-r--r--");
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the mount points in %s could not be made".formatted(layer), failure);
        }
    }

    private static void permit(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
