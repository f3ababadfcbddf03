package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this process runs in the private world that cri-tests/world makes. */
public final class World {
    private World() {}

    /** Pid 1 of a private world is its script. */
    public static boolean isPrivate() {
        try {
            return Files.readString(Path.of("/proc/1/cmdline")).contains("--inside");
        } catch (IOException _) {
            return false;
        }
    }
}
