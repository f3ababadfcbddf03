package dev.berth.runtime.oci;

import java.nio.file.Path;

/** What lies where in the bundle of one container. */
public record Bundle(Path directory) {
    public Path config() {
        return directory.resolve("config.json");
    }

    /** Where the runtime says which process the container is. */
    public Path pidFile() {
        return directory.resolve("pid");
    }

    /** Where the runtime says what is wrong, a JSON object a line. */
    public Path log() {
        return directory.resolve("log.json");
    }

    /** The description of a command that is executed in the container. */
    public Path process(String exec) {
        return directory.resolve(exec + ".json");
    }
}
