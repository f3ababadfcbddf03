package dev.berth.image.pull;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.ArtifactConfig;
import dev.berth.image.manifest.ArtifactFile;
import dev.berth.image.manifest.Descriptor;
import dev.berth.image.manifest.Document;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.manifest.Platform;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.Repository;
import dev.berth.image.store.ImageContent;
import dev.berth.image.store.ImageNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a registry has under a reference, for one platform.
 *
 * @param manifest the image's manifest as it was served
 */
record RegistryPlan(
        Reference reference, Repository repository, Document.Content parsed, byte[] manifest, ImageNames names) {
    private static final int DEEPEST_INDEX = 3;

    /** Asks the registry, through an index where there is one. */
    static RegistryPlan of(Reference reference, Repository repository, Platform platform) {
        String what = reference.toString();
        Repository.Served served = repository.resolve();
        ImageNames names = names(reference, served.digest());
        for (int depth = 0; depth <= DEEPEST_INDEX; depth++) {
            switch (Document.parse(what, served.bytes(), served.contentType())) {
                case Document.Content content -> {
                    return new RegistryPlan(reference, repository, content, served.bytes(), names);
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
        return switch (parsed) {
            case Document.Manifest image -> image.config().digest().toString();
            case Document.Artifact artifact ->
                Digest.of(ArtifactConfig.bytes(artifact, manifest)).toString();
        };
    }

    /** Fetches the configuration where there is one. */
    ImagePlan complete() {
        return switch (parsed) {
            case Document.Manifest image -> plan(repository.blob(image.config()), layers(image));
            case Document.Artifact artifact -> plan(ArtifactConfig.bytes(artifact, manifest), files(artifact));
        };
    }

    private ImagePlan plan(byte[] config, List<LayerSource> layers) {
        ImageConfig read = ImageConfig.parse(reference.toString(), config);
        return new ImagePlan(
                reference.toString(), new ImageContent(Digest.of(config), read, config, manifest), layers, names);
    }

    private List<LayerSource> layers(Document.Manifest image) {
        return image.layers().stream()
                .map(layer -> new LayerSource(layer.digest(), layer.size(), () -> repository.open(layer)))
                .toList();
    }

    private List<LayerSource> files(Document.Artifact artifact) {
        List<LayerSource> files = new ArrayList<>();
        for (ArtifactFile file : artifact.files()) {
            Descriptor blob = file.blob();
            files.add(new LayerSource(blob.digest(), blob.size(), () -> repository.open(blob), file.path()));
        }
        return files;
    }
}
