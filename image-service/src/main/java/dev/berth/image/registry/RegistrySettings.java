package dev.berth.image.registry;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How registries are reached.
 *
 * @param hostsDirectory where the {@code hosts.toml} files are
 * @param dockerConfig the node's own credentials; null for none
 * @param progressTimeout how long a server may send no byte
 * @param attempts how often a request is made at most
 * @param firstDelay before the second attempt
 */
public record RegistrySettings(
        Path hostsDirectory, @Nullable Path dockerConfig, Duration progressTimeout, int attempts, Duration firstDelay) {
    public static RegistrySettings of(Path hostsDirectory, @Nullable Path dockerConfig) {
        return new RegistrySettings(hostsDirectory, dockerConfig, Duration.ofSeconds(60), 4, Duration.ofMillis(250));
    }

    public RegistrySettings withProgressTimeout(Duration limit) {
        return new RegistrySettings(hostsDirectory, dockerConfig, limit, attempts, firstDelay);
    }
}
