package dev.berth.image.store;

import java.util.Set;

/**
 * Names under which an image was obtained.
 *
 * @param tags {@code host/path:tag}; an image that had one of them loses it
 * @param digests {@code host/path@digest}
 */
public record ImageNames(Set<String> tags, Set<String> digests) {
    public ImageNames {
        tags = Set.copyOf(tags);
        digests = Set.copyOf(digests);
    }
}
