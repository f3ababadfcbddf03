package dev.berth.image.layout;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import dev.berth.image.manifest.Descriptor;
import dev.berth.image.manifest.Document;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.manifest.Platform;
import dev.berth.image.pull.ImagePlan;
import dev.berth.image.pull.LayerSource;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.store.ImageContent;
import dev.berth.image.store.ImageNames;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Images in an OCI layout or in what {@code docker save} writes. */
final class Archive {
    private static final String INDEX = "index.json";
    private static final String DOCKER = "manifest.json";
    private static final String FULL_NAME = "io.containerd.image.name";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    private static final int DEEPEST_INDEX = 3;

    private final String what;
    private final ArchiveFiles files;
    private final Platform platform;
    private final @Nullable Reference given;

    /**
     * @param what names the archive in failures
     * @param given the name for an archive with one image; null to go by the names inside
     */
    Archive(String what, ArchiveFiles files, Platform platform, @Nullable Reference given) {
        this.what = what;
        this.files = files;
        this.platform = platform;
        this.given = given;
    }

    /** The images inside, each ready to be installed. */
    List<ImagePlan> images() throws IOException {
        List<ImagePlan> images;
        if (files.size(INDEX) >= 0) {
            images = ofLayout();
        } else if (files.size(DOCKER) >= 0) {
            images = ofDocker();
        } else {
            throw new ImageFailure(
                    ImageFailure.Kind.UNSUPPORTED,
                    "%s has neither index.json (an OCI layout) nor manifest.json (docker save)".formatted(what));
        }
        if (images.isEmpty() || (given != null && images.size() > 1)) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT, "%s holds %d images, not one".formatted(what, images.size()));
        }
        return images;
    }

    private List<ImagePlan> ofLayout() throws IOException {
        List<ImagePlan> images = new ArrayList<>();
        if (!(Document.parse(what, required(INDEX), MediaTypes.OCI_INDEX) instanceof Document.Index index)) {
            throw new ImageFailure(ImageFailure.Kind.CORRUPT, what + ": index.json is not an index");
        }
        // One image for several platforms may also stand here directly, as several entries without names.
        for (Descriptor entry : chosen(index)) {
            images.add(image(entry));
        }
        return images;
    }

    private List<Descriptor> chosen(Document.Index index) {
        Set<String> names = new HashSet<>();
        index.manifests().forEach(entry -> names.add(name(entry)));
        boolean oneImage = names.size() == 1 && index.manifests().size() > 1;
        return oneImage ? List.of(index.choose(platform, what)) : index.manifests();
    }

    private ImagePlan image(Descriptor entry) throws IOException {
        Descriptor at = entry;
        for (int depth = 0; depth <= DEEPEST_INDEX; depth++) {
            byte[] bytes = blob(at);
            switch (Document.parse(what, bytes, at.mediaType())) {
                case Document.Manifest manifest -> {
                    return image(manifest, bytes, names(entry));
                }
                case Document.Artifact _ ->
                    throw new ImageFailure(
                            ImageFailure.Kind.UNSUPPORTED, what + " holds an artifact; only images can be imported");
                case Document.Index index -> at = index.choose(platform, what);
            }
        }
        throw new ImageFailure(ImageFailure.Kind.UNSUPPORTED, what + " has indexes within indexes, too deep");
    }

    private ImagePlan image(Document.Manifest manifest, byte[] manifestBytes, ImageNames names) throws IOException {
        byte[] bytes = blob(manifest.config());
        List<LayerSource> layers = manifest.layers().stream()
                .map(layer -> new LayerSource(layer.digest(), layer.size(), () -> opened(path(layer.digest()))))
                .toList();
        ImageConfig config = ImageConfig.parse(what, bytes);
        return new ImagePlan(what, new ImageContent(Digest.of(bytes), config, bytes, manifestBytes), layers, names);
    }

    private static String name(Descriptor entry) {
        String full = entry.annotations().getOrDefault(FULL_NAME, "");
        return full.isEmpty() ? entry.annotations().getOrDefault(REF_NAME, "") : full;
    }

    /** A full name makes a tag and a digest; a bare tag, which other tools write, says nothing of the repository. */
    private ImageNames names(Descriptor entry) {
        String text = name(entry);
        boolean full = text.indexOf('/') >= 0 || text.indexOf(':') >= 0;
        Reference reference = given != null ? given : full ? Reference.parse(text) : null;
        if (reference == null) {
            return new ImageNames(Set.of(), Set.of());
        }
        String tag = reference.repoTag();
        return new ImageNames(tag == null ? Set.of() : Set.of(tag), Set.of(reference.repoDigest(entry.digest())));
    }

    private List<ImagePlan> ofDocker() throws IOException {
        List<ImagePlan> images = new ArrayList<>();
        for (Json entry : Json.parseArray(what + ": manifest.json", required(DOCKER))) {
            byte[] bytes = required(entry.requiredText("Config"));
            List<LayerSource> layers = new ArrayList<>();
            for (String layer : entry.texts("Layers")) {
                layers.add(new LayerSource(null, Math.max(0, files.size(layer)), () -> opened(layer)));
            }
            ImageConfig config = ImageConfig.parse(what, bytes);
            ImageContent content = new ImageContent(Digest.of(bytes), config, bytes, new byte[0]);
            images.add(new ImagePlan(what, content, layers, new ImageNames(tags(entry), Set.of())));
        }
        return images;
    }

    private Set<String> tags(Json entry) {
        Set<String> tags = new HashSet<>();
        for (String text : given == null ? entry.texts("RepoTags") : List.of(given.toString())) {
            String tag = Reference.parse(text).repoTag();
            if (tag != null) {
                tags.add(tag);
            }
        }
        return tags;
    }

    private static String path(Digest digest) {
        return "blobs/%s/%s".formatted(digest.algorithm(), digest.hex());
    }

    private byte[] blob(Descriptor blob) throws IOException {
        byte[] bytes = required(path(blob.digest()));
        if (!blob.digest().names(bytes)) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s: blob %s has other content: %s".formatted(what, blob.digest(), Digest.of(bytes)));
        }
        return bytes;
    }

    private byte[] required(String name) throws IOException {
        try (InputStream in = opened(name)) {
            byte[] bytes = in.readNBytes(Json.LONGEST + 1);
            if (bytes.length > Json.LONGEST) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT, "%s: %s has more than %d bytes".formatted(what, name, Json.LONGEST));
            }
            return bytes;
        }
    }

    private InputStream opened(String name) throws IOException {
        InputStream in = files.open(name);
        if (in == null) {
            throw new ImageFailure(ImageFailure.Kind.CORRUPT, "%s has no %s".formatted(what, name));
        }
        return in;
    }
}
