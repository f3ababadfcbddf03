package dev.berth.cri.command;

import dev.berth.cri.config.BerthConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code berth image} does to the store. It writes under the store's own lock, and a server that runs sees new images when it
 * next looks.
 */
public interface ImageTool extends AutoCloseable {
    /** Opens the store of a configuration. */
    @FunctionalInterface
    interface Opener {
        ImageTool open(BerthConfig config) throws IOException;
    }

    /** Hears how far a long work is. May be called from several threads. */
    @FunctionalInterface
    interface Progress {
        /**
         * Says how far one part is.
         *
         * @param part a name that stays the same for the part, for example a short digest
         * @param done bytes done
         * @param total bytes in all; 0 when not known
         */
        void at(String part, long done, long total);
    }

    /**
     * An image of the store.
     *
     * @param id digest of its configuration
     * @param size bytes
     */
    record Entry(String id, List<String> tags, long size) {}

    /**
     * Imports an OCI layout (a directory or a tar) or a docker archive.
     *
     * @param name the reference to give it; empty takes those in the archive
     * @return what was imported
     */
    List<Entry> importFrom(Path source, Optional<String> name, Progress progress)
            throws IOException, InterruptedException;

    List<Entry> list() throws IOException;

    @Override
    void close() throws IOException;
}
