package dev.berth.image.manifest;

import dev.berth.image.failure.ImageFailure;
import java.util.List;

/**
 * One file of an OCI artifact.
 *
 * @param path relative, without empty parts, {@code .} and {@code ..}
 */
public record ArtifactFile(String path, Descriptor blob) {
    private static final String TITLE = "org.opencontainers.image.title";
    private static final int LONGEST_PART = 255;
    private static final int LONGEST = 1024;

    /** Named by the title of its blob, or by its digest when it has none. */
    static ArtifactFile of(String what, Descriptor blob) {
        String title = blob.annotations().getOrDefault(TITLE, "");
        String path = title.isEmpty() ? blob.digest().hex() : title;
        List<String> parts = List.of(path.split("/", -1));
        boolean wrong = path.length() > LONGEST
                || path.indexOf(0) >= 0
                || parts.stream().anyMatch(ArtifactFile::isWrong);
        if (wrong) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s has a file \"%s\", which is no relative path without .."
                            .formatted(what, path.length() > LONGEST ? path.substring(0, LONGEST) : path));
        }
        return new ArtifactFile(path, blob);
    }

    private static boolean isWrong(String part) {
        return part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > LONGEST_PART;
    }
}
