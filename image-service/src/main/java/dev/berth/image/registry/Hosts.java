package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.image.failure.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The directory that says which servers hold a registry's images: {@code <host[:port]>/hosts.toml}, else
 * {@code _default/hosts.toml}, else the registry itself over https. Read anew for every pull, so a change needs no restart.
 */
final class Hosts {
    private static final System.Logger LOG = System.getLogger(Hosts.class.getName());
    private static final int LONGEST = 1 << 20;

    private final Path directory;

    Hosts(Path directory) {
        this.directory = directory;
    }

    /** The servers of a registry in the order in which they are asked. */
    List<RegistryHost> of(String registry) {
        String portable = registry.replaceFirst(":([0-9]+)$", "_$1_");
        for (String name : List.of(registry, portable, "_default")) {
            Path file = directory.resolve(name).resolve("hosts.toml");
            try (InputStream in = Files.newInputStream(file)) {
                return HostsToml.parse(file, registry, new String(in.readNBytes(LONGEST), UTF_8));
            } catch (NoSuchFileException _) {
                LOG.log(System.Logger.Level.DEBUG, "{0} does not exist", file);
            } catch (IOException e) {
                throw new ImageFailure(
                        ImageFailure.Kind.INTERNAL, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
            }
        }
        return List.of(RegistryHost.upstream(registry));
    }
}
