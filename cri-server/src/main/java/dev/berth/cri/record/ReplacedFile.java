package dev.berth.cri.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that is replaced as a whole: a reader sees what was before or what comes after. Nothing is synced. */
public final class ReplacedFile {
    /** The end of the name of what is still being written, and may be left by a crash. */
    static final String UNFINISHED = ".new";

    private ReplacedFile() {}

    /**
     * Writes {@code directory/name}, followed by {@code suffix}.
     *
     * @throws IOException when it could not be written; the file is then as before
     */
    public static void write(Path directory, String name, String suffix, byte[] bytes) throws IOException {
        Path unfinished = directory.resolve(name + UNFINISHED);
        Files.write(unfinished, bytes);
        Files.move(unfinished, directory.resolve(name + suffix), StandardCopyOption.ATOMIC_MOVE);
    }
}
