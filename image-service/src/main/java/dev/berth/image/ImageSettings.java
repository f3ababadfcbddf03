package dev.berth.image;

import dev.berth.image.manifest.Platform;
import dev.berth.image.registry.RegistrySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the image service is set up.
 *
 * @param root the store's directory
 * @param registries how registries are reached
 * @param maxConcurrentLayers layers of one pull that are fetched and unpacked at once
 * @param platform what to choose from an index
 * @param pinned full names or ids of images that are shown as pinned
 * @param held whether a container that outlived the last run uses the image with this id
 */
public record ImageSettings(
        Path root,
        RegistrySettings registries,
        int maxConcurrentLayers,
        Platform platform,
        Set<String> pinned,
        Predicate<String> held) {
    public ImageSettings {
        pinned = Set.copyOf(pinned);
        if (maxConcurrentLayers < 1 || maxConcurrentLayers > 64) {
            throw new IllegalArgumentException("%d layers at once: it would be 1 to 64".formatted(maxConcurrentLayers));
        }
    }

    /**
     * The usual settings.
     *
     * @param hostsDirectory where the {@code hosts.toml} files are
     * @param dockerConfig the node's own credentials; null for none
     */
    public static ImageSettings of(Path root, Path hostsDirectory, @Nullable Path dockerConfig) {
        return new ImageSettings(
                root, RegistrySettings.of(hostsDirectory, dockerConfig), 3, Platform.current(), Set.of(), _ -> false);
    }

    public ImageSettings withMaxConcurrentLayers(int layers) {
        return new ImageSettings(root, registries, layers, platform, pinned, held);
    }

    public ImageSettings withPinned(Set<String> images) {
        return new ImageSettings(root, registries, maxConcurrentLayers, platform, images, held);
    }

    public ImageSettings withHeld(Predicate<String> images) {
        return new ImageSettings(root, registries, maxConcurrentLayers, platform, pinned, images);
    }

    /** @param limit how long a registry may send no byte */
    public ImageSettings withProgressTimeout(Duration limit) {
        return withRegistries(registries.withProgressTimeout(limit));
    }

    public ImageSettings withRegistries(RegistrySettings settings) {
        return new ImageSettings(root, settings, maxConcurrentLayers, platform, pinned, held);
    }
}
