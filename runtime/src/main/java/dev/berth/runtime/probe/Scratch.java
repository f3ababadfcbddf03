package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory for experiments that is gone when closed. */
public final class Scratch implements AutoCloseable {
    private final Kernel kernel;
    private final Path path;

    private Scratch(Kernel kernel, Path path) {
        this.kernel = kernel;
        this.path = path;
    }

    /** Makes one on the file system of {@code parent}, which must exist. */
    public static Scratch below(Path parent, Kernel kernel) {
        try {
            return new Scratch(kernel, Files.createTempDirectory(parent, ".berth-check-"));
        } catch (IOException failure) {
            throw new UncheckedIOException("No directory can be made in %s.".formatted(parent), failure);
        }
    }

    public Path path() {
        return path;
    }

    /** An O_PATH descriptor of a directory in it, made when it is not there. */
    Fd directory(String name) {
        Path directory = path.resolve(name);
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return Fd.directory(kernel, directory);
    }

    @Override
    public void close() {
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("%s cannot be removed.".formatted(path), failure);
        }
    }
}
