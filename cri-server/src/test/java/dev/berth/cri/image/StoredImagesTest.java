package dev.berth.cri.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.config.ConfigLoader;
import dev.berth.cri.config.Flags;
import dev.berth.image.ImageSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredImagesTest {
    @Test
    void theStoreIsSetUpAsConfigured(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("config.toml");
        Files.writeString(file, """
                root = "/srv/berth"
                [images]
                registry_config_dir = "/srv/certs.d"
                progress_timeout = "7s"
                max_concurrent_downloads = 9
                pinned = ["registry.example/pause:1"]
                """);
        ImageSettings settings =
                StoredImages.settings(ConfigLoader.load(file, new Flags()).config());
        assertEquals(Path.of("/srv/berth/images"), settings.root());
        assertEquals(Path.of("/srv/certs.d"), settings.registries().hostsDirectory());
        assertEquals(Duration.ofSeconds(7), settings.registries().progressTimeout());
        assertEquals(9, settings.maxConcurrentLayers());
        assertEquals(Set.of("registry.example/pause:1"), settings.pinned());
    }
}
