package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.Path;

/** The small C programs of this module, each static. */
public final class Programs {
    private Programs() {}

    /** The folder that holds them; builds what is not built yet. */
    public static Path folder() throws IOException, InterruptedException {
        Path sources = Project.root().resolve("cri-tests/src/main/c");
        Command.mustRun("make", "-s", "-C", sources.toString());
        return Project.target().resolve("programs");
    }
}
