package dev.berth.image.store;

import dev.berth.image.manifest.ImageConfig;
import java.util.List;

/**
 * An image in the store.
 *
 * @param id the digest of its configuration, {@code sha256:<hex>}: the same content is the same image, whatever it is called
 * @param repoTags sorted, {@code host/path:tag}; empty for an image that was pulled by digest
 * @param repoDigests sorted, {@code host/path@digest} of what was asked for, which for several platforms is the index
 * @param size bytes that the unpacked layers take in blocks of 4 KiB, with the configuration and the manifest
 * @param pinned whether the node's configuration keeps it from being collected
 */
public record Image(
        String id, List<String> repoTags, List<String> repoDigests, long size, ImageConfig config, boolean pinned) {
    public Image {
        repoTags = List.copyOf(repoTags);
        repoDigests = List.copyOf(repoDigests);
    }
}
