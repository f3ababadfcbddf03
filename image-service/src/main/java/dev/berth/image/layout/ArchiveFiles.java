package dev.berth.image.layout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The files of an archive, by name. */
interface ArchiveFiles {
    /** The size of a file in bytes, -1 when there is none. */
    long size(String name) throws IOException;

    /** Reads a file; null when there is none. The caller closes it. */
    @Nullable
    InputStream open(String name) throws IOException;

    /** An archive that is a directory. */
    record OfDirectory(Path directory) implements ArchiveFiles {
        /** Where a name leads, as if the directory were the root. */
        private Path inside(String name) {
            return directory.resolve(Path.of("/" + name).normalize().toString().substring(1));
        }

        @Override
        public long size(String name) throws IOException {
            Path file = inside(name);
            return Files.isRegularFile(file) ? Files.size(file) : -1;
        }

        @Override
        public @Nullable InputStream open(String name) throws IOException {
            Path file = inside(name);
            return Files.isRegularFile(file) ? Files.newInputStream(file) : null;
        }
    }
}
