package dev.berth.runtime.cni;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * One run of a program without arguments.
 *
 * @param environment the whole environment
 * @param stdin all that it reads
 * @param timeout after this it is killed
 */
public record Program(Path path, Map<String, String> environment, byte[] stdin, Duration timeout) {
    public Program {
        environment = Map.copyOf(environment);
    }
}
