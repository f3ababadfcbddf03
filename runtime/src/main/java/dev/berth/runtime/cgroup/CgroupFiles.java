package dev.berth.runtime.cgroup;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is done to cgroup directories and their files; failures are {@link dev.berth.runtime.kernel.KernelFailure}. */
interface CgroupFiles {
    /** A file's text without its last line break, or null when the file or its cgroup does not exist. */
    @Nullable
    String read(Path file);

    /** Writes the text by one write(2) to a file that exists. */
    void write(Path file, String text);

    /** Makes one directory; false when it is there already. */
    boolean mkdir(Path directory);

    /** Removes one directory; false when it is gone already. */
    boolean rmdir(Path directory);

    /** Directories directly below; none when it does not exist. */
    List<Path> children(Path directory);

    boolean exists(Path file);
}
