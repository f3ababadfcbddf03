package dev.berth.image.pull;

import dev.berth.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of a layer come from.
 *
 * @param digest of the bytes as they come; null when only the plain ones have a digest
 * @param size in bytes, as they come
 * @param file the path of the one file that the bytes are; null when they are a tar
 */
public record LayerSource(
        @Nullable Digest digest,
        long size,
        Opening opening,
        @Nullable String file) {
    /** A tar, perhaps compressed. */
    public LayerSource(@Nullable Digest digest, long size, Opening opening) {
        this(digest, size, opening, null);
    }

    /** Starts reading a layer. */
    public interface Opening {
        InputStream open() throws IOException;
    }
}
