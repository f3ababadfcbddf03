package dev.berth.image.manifest;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import dev.berth.image.reference.Digest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pointer to content, as in the OCI image specification.
 *
 * @param size bytes of the content
 * @param platform what the content runs on; null when the descriptor does not say
 */
public record Descriptor(
        String mediaType,
        Digest digest,
        long size,
        @Nullable Platform platform,
        Map<String, String> annotations) {
    static Descriptor of(String what, Json json) {
        String digest = json.requiredText("digest");
        if (!Digest.isDigest(digest)) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT, "%s points to \"%s\", which is not a digest".formatted(what, digest));
        }
        Json platform = json.object("platform");
        return new Descriptor(
                json.textOrEmpty("mediaType"),
                Digest.parse(digest),
                json.requiredSize("size"),
                platform == null ? null : Platform.of(platform),
                json.textMap("annotations"));
    }
}
