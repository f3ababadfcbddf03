package dev.berth.image.pull;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.Document;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.manifest.Platform;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.Repository;
import dev.berth.image.store.ImageContent;
import dev.berth.image.store.ImageNames;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a registry has under a reference, for one platform.
 *
 * @param manifest the image's manifest as it was served
 */
record RegistryPlan(
        Reference reference, Repository repository, Document.Manifest parsed, byte[] manifest, ImageNames names) {
    private static final int DEEPEST_INDEX = 3;

    /** Asks the registry, through an index where there is one. */
    static RegistryPlan of(Reference reference, Repository repository, Platform platform) {
        String what = reference.toString();
        Repository.Served served = repository.resolve();
        ImageNames names = names(reference, served.digest());
        for (int depth = 0; depth <= DEEPEST_INDEX; depth++) {
            switch (Document.parse(what, served.bytes(), served.contentType())) {
                case Document.Manifest manifest -> {
                    return new RegistryPlan(reference, repository, manifest, served.bytes(), names);
                }
                case Document.Index index ->
                    served = repository.manifest(index.choose(platform, what).digest());
            }
        }
        throw new ImageFailure(
                ImageFailure.Kind.UNSUPPORTED,
                "%s has indexes within indexes, more than %d deep".formatted(what, DEEPEST_INDEX));
    }

    private static ImageNames names(Reference reference, Digest topmost) {
        @Nullable String tag = reference.repoTag();
        return new ImageNames(tag == null ? Set.of() : Set.of(tag), Set.of(reference.repoDigest(topmost)));
    }

    /** The id that the image will have, as far as the manifest tells. */
    String imageId() {
        return parsed.config().digest().toString();
    }

    /** Fetches the configuration. */
    ImagePlan complete() {
        byte[] bytes = repository.blob(parsed.config());
        ImageConfig config = ImageConfig.parse(reference.toString(), bytes);
        List<LayerSource> layers = parsed.layers().stream()
                .map(layer -> new LayerSource(layer.digest(), layer.size(), () -> repository.open(layer)))
                .toList();
        ImageContent content = new ImageContent(Digest.of(bytes), config, bytes, manifest);
        return new ImagePlan(reference.toString(), content, layers, names);
    }
}
