package dev.berth.image.manifest;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a registry serves as a manifest: the manifest of one image or artifact, or an index of several. */
public sealed interface Document {
    /** What can be pulled. */
    sealed interface Content extends Document {}

    /** The manifest of one image for one platform. */
    record Manifest(Descriptor config, List<Descriptor> layers) implements Content {
        public Manifest {
            layers = List.copyOf(layers);
        }
    }

    /** The manifest of an OCI artifact: files that are no file system and run nowhere, but can be mounted. */
    record Artifact(List<ArtifactFile> files) implements Content {
        public Artifact {
            files = List.copyOf(files);
        }
    }

    /** An index of manifests, one per platform. */
    record Index(List<Descriptor> manifests) implements Document {
        public Index {
            manifests = List.copyOf(manifests);
        }

        /**
         * The entry that runs here: the best fit, or the first one that does not say what it runs on. None is NOT_FOUND with
         * the platforms there are.
         */
        public Descriptor choose(Platform here, String what) {
            Descriptor best = null;
            int bestFit = 0;
            for (Descriptor entry : manifests) {
                Platform platform = entry.platform();
                int fit = platform == null ? 0 : here.fit(platform);
                if (fit > bestFit) {
                    best = entry;
                    bestFit = fit;
                }
            }
            return best != null ? best : unlabelled(here, what);
        }

        private Descriptor unlabelled(Platform here, String what) {
            List<String> offered = new ArrayList<>();
            for (Descriptor entry : manifests) {
                Platform platform = entry.platform();
                if (platform == null) {
                    return entry;
                }
                if (offered.size() < 20) {
                    offered.add(platform.toString());
                }
            }
            throw new ImageFailure(
                    ImageFailure.Kind.NOT_FOUND,
                    "%s has no image for %s, only for %s".formatted(what, here, String.join(", ", offered)));
        }
    }

    /** Most layers of one image; overlay takes no more than 500. */
    int MOST_LAYERS = 500;

    /**
     * Reads a manifest or an index.
     *
     * @param what names the image in failures
     * @param contentType the registry's word on the type; empty when it has none
     */
    static Document parse(String what, byte[] bytes, String contentType) {
        Json json = Json.parse("the manifest of " + what, bytes);
        String type = type(what, json, contentType);
        if (json.number("schemaVersion", 2) != 2) {
            throw unsupported(
                    "%s has a manifest of schema version 1, which was given up: push it again".formatted(what));
        }
        if (json.has("manifests") && json.has("layers")) {
            throw new ImageFailure(ImageFailure.Kind.CORRUPT, "%s is both an index and a manifest".formatted(what));
        }
        return MediaTypes.isIndex(type) ? index(what, json) : content(what, json);
    }

    private static String type(String what, Json json, String contentType) {
        String said = json.textOrEmpty("mediaType");
        String header = contentType.replaceFirst(";.*", "").trim().toLowerCase(Locale.ROOT);
        boolean known = MediaTypes.isIndex(header) || MediaTypes.isManifest(header);
        if (!said.isEmpty() && known && !said.equals(header)) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT, "%s came as %s but calls itself %s".formatted(what, header, said));
        }
        String type = said.isEmpty() && known ? header : said;
        if (type.isEmpty() && (json.has("manifests") || json.has("layers"))) {
            return json.has("manifests") ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
        }
        if (!MediaTypes.isIndex(type) && !MediaTypes.isManifest(type)) {
            throw unsupported(
                    "%s has a manifest of type \"%s\"; known are OCI manifests and indexes and Docker's schema 2"
                            .formatted(what, type.isEmpty() ? header : type));
        }
        return type;
    }

    private static Index index(String what, Json json) {
        List<Descriptor> manifests = new ArrayList<>();
        for (Json entry : json.objects("manifests")) {
            manifests.add(Descriptor.of(what, entry));
        }
        return new Index(manifests);
    }

    /** An image by the type of its config; whatever has another one says that it is something else. */
    private static Content content(String what, Json json) {
        Json object = json.object("config");
        if (object == null) {
            throw new ImageFailure(ImageFailure.Kind.CORRUPT, "the manifest of %s has no config".formatted(what));
        }
        Descriptor config = Descriptor.of(what, object);
        boolean image = config.mediaType().isEmpty() || MediaTypes.isConfig(config.mediaType());
        return image ? manifest(what, json, config) : artifact(what, json);
    }

    private static Artifact artifact(String what, Json json) {
        List<ArtifactFile> files = new ArrayList<>();
        Set<String> paths = new HashSet<>();
        for (Json entry : json.objects("layers")) {
            ArtifactFile file = ArtifactFile.of(what, Descriptor.of(what, entry));
            if (!paths.add(file.path())) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT, "%s has the file %s twice".formatted(what, file.path()));
            }
            files.add(file);
        }
        if (files.isEmpty() || files.size() > MOST_LAYERS) {
            throw unsupported(
                    "%s is an artifact of %d files; it must have 1 to %d".formatted(what, files.size(), MOST_LAYERS));
        }
        return new Artifact(files);
    }

    private static Manifest manifest(String what, Json json, Descriptor config) {
        List<Descriptor> layers = new ArrayList<>();
        for (Json entry : json.objects("layers")) {
            layers.add(layer(what, Descriptor.of(what, entry)));
        }
        if (layers.size() > MOST_LAYERS) {
            throw unsupported("%s has %d layers, more than the %d that overlay takes"
                    .formatted(what, layers.size(), MOST_LAYERS));
        }
        return new Manifest(config(what, config), layers);
    }

    private static Descriptor config(String what, Descriptor config) {
        if (!MediaTypes.isConfig(config.mediaType())) {
            throw unsupported(
                    "%s is not a container image: its config has type \"%s\"".formatted(what, config.mediaType()));
        }
        if (config.size() > Json.LONGEST) {
            throw unsupported(
                    "the config of %s has %d bytes, more than %d".formatted(what, config.size(), Json.LONGEST));
        }
        return config;
    }

    private static Descriptor layer(String what, Descriptor layer) {
        if (!MediaTypes.isLayer(layer.mediaType())) {
            String hint = layer.mediaType().endsWith("+encrypted") ? "; encrypted layers are not supported" : "";
            throw unsupported("%s has a layer of unknown type \"%s\"%s".formatted(what, layer.mediaType(), hint));
        }
        return layer;
    }

    private static ImageFailure unsupported(String sentence) {
        return new ImageFailure(ImageFailure.Kind.UNSUPPORTED, sentence);
    }
}
