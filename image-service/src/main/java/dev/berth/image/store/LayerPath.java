package dev.berth.image.store;

import java.nio.file.Path;

/**
 * Where one layer is on disk.
 *
 * @param directory absolute
 * @param link the short name of the same directory beneath {@link LayerStack#links}
 */
public record LayerPath(Path directory, String link) {}
