package dev.berth.image.store;

import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.reference.Digest;

/**
 * What makes up an image beside its layers.
 *
 * @param id the digest of the configuration
 * @param configBytes the configuration as it was served
 * @param manifestBytes the manifest as it was served; empty when the image came without one
 */
public record ImageContent(Digest id, ImageConfig config, byte[] configBytes, byte[] manifestBytes) {
    long bytes() {
        return (long) configBytes.length + manifestBytes.length;
    }
}
