package dev.berth.cri.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Directories that only root may enter. */
public final class PrivateDirectories {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private PrivateDirectories() {}

    /** Makes a directory 0700, and its parents where they are missing; one that exists is kept and made 0700. */
    public static Path make(Path directory) {
        try {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
            Files.setPosixFilePermissions(directory, PRIVATE);
            return directory;
        } catch (IOException failure) {
            throw new UncheckedIOException("the directory %s could not be made".formatted(directory), failure);
        }
    }

    /** Removes a tree without following links; one that is not there is fine. */
    public static void remove(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException _) {
            // Already gone.
        } catch (IOException failure) {
            throw new UncheckedIOException("the directory %s could not be removed".formatted(directory), failure);
        }
    }

    public static List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException("the directory %s could not be listed".formatted(directory), failure);
        }
    }
}
