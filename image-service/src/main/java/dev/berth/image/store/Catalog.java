package dev.berth.image.store;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The images that are listed at one moment, and every name they answer to. Immutable: readers take no lock. */
final class Catalog {
    static final Catalog EMPTY = new Catalog(List.of());

    private static final String SHA256 = "sha256:";

    private final TreeMap<String, Image> byHex = new TreeMap<>();
    private final Map<String, Image> byName = new TreeMap<>();
    private final List<Image> all;

    Catalog(List<Image> images) {
        all = List.copyOf(images);
        for (Image image : images) {
            byHex.put(Digest.parse(image.id()).hex(), image);
            image.repoTags().forEach(tag -> byName.put(tag, image));
            image.repoDigests().forEach(digest -> byName.put(digest, image));
        }
    }

    List<Image> all() {
        return all;
    }

    /**
     * Finds by full id, tag, repo digest, or else unique prefix of an id; null when nothing fits.
     *
     * @param reference as people write it
     */
    @Nullable
    Image find(String reference) {
        String bare = reference.startsWith(SHA256) ? reference.substring(SHA256.length()) : reference;
        Image exact = byHex.get(bare);
        if (exact != null) {
            return exact;
        }
        Image named = reference.startsWith(SHA256) ? null : named(reference);
        return named != null ? named : byPrefix(reference, bare.toLowerCase(Locale.ROOT));
    }

    private @Nullable Image named(String text) {
        Reference reference;
        try {
            reference = Reference.parse(text);
        } catch (ImageFailure _) {
            return null;
        }
        Digest digest = reference.digest();
        String name = digest == null ? reference.repoTag() : reference.repoDigest(digest);
        return name == null ? null : byName.get(name);
    }

    private @Nullable Image byPrefix(String reference, String prefix) {
        if (!prefix.matches("[0-9a-f]{1,64}")) {
            return null;
        }
        List<Image> fitting = new ArrayList<>(byHex.subMap(prefix, prefix + "g").values());
        if (fitting.size() > 1) {
            throw new ImageFailure(
                    ImageFailure.Kind.INVALID_REFERENCE,
                    "\"%s\" is the start of %d image ids: more digits would tell them apart"
                            .formatted(reference, fitting.size()));
        }
        return fitting.isEmpty() ? null : fitting.getFirst();
    }
}
