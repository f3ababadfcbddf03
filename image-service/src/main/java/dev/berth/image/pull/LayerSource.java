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
 */
public record LayerSource(@Nullable Digest digest, long size, Opening opening) {
    /** Starts reading a layer. */
    public interface Opening {
        InputStream open() throws IOException;
    }
}
