package dev.berth.image.store;

import dev.berth.image.reference.Digest;
import java.nio.file.Path;

/**
 * Where one layer is on disk.
 *
 * @param directory absolute
 * @param link the short name of the same directory beneath {@link LayerStack#links}
 */
public record LayerPath(Digest chainId, Path directory, String link) {}
