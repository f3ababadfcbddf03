package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Digest;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A layer on its way from where it is kept into a directory: its compressed bytes are verified while they are decompressed, and
 * the plain ones while they are unpacked, in one pass.
 *
 * @param compressed the bytes as they come; closed by the caller
 * @param digest what they should be; null when only the plain bytes have a digest
 * @param diffId what the plain bytes should be
 * @param progress is told the number of compressed bytes as they come
 */
public record LayerStream(InputStream compressed, @Nullable Digest digest, Digest diffId, LongConsumer progress) {
    /**
     * Unpacks into an empty directory. What a failure leaves in it is the caller's to remove.
     *
     * @param scratch a directory of our own on the same filesystem
     * @param root the directory
     */
    public Unpacked unpackInto(Kernel kernel, int scratch, int root) {
        DigestedStream outer = new DigestedStream(compressed, digest, progress);
        try {
            return unpack(kernel, scratch, root, outer);
        } catch (InterruptedIOException e) {
            throw new ImageFailure(ImageFailure.Kind.CANCELLED, what() + ": cancelled", e);
        } catch (IOException e) {
            throw blamed(outer, new ImageFailure(ImageFailure.Kind.CORRUPT, what() + ": " + e.getMessage(), e));
        } catch (ImageFailure e) {
            throw blamed(outer, e);
        } catch (KernelFailure e) {
            throw KernelFailures.told(what() + " cannot be unpacked", e);
        }
    }

    private Unpacked unpack(Kernel kernel, int scratch, int root, DigestedStream outer) throws IOException {
        Unpacked unpacked;
        try (InputStream plain = Decompression.of(outer);
                ReadAhead ahead = new ReadAhead(plain);
                Unpacker unpacker = new Unpacker(kernel, scratch, root, what())) {
            DigestedStream inner = new DigestedStream(ahead, diffId, _ -> {});
            unpacked = unpacker.unpack(new TarReader(inner, what()));
            inner.drain();
            inner.check("the uncompressed " + what());
            outer.drain();
        }
        outer.check(what());
        return unpacked;
    }

    /** Garbage that came instead of the layer is reported as such, not as the parser's stumbling over it. */
    private ImageFailure blamed(DigestedStream outer, ImageFailure failure) {
        if (failure.kind() != ImageFailure.Kind.CORRUPT && failure.kind() != ImageFailure.Kind.UNSUPPORTED) {
            return failure;
        }
        try {
            outer.drain();
        } catch (IOException | ImageFailure _) {
            return failure;
        }
        try {
            outer.check(what());
            return failure;
        } catch (ImageFailure mismatch) {
            return mismatch;
        }
    }

    private String what() {
        return "layer " + (digest == null ? diffId : digest);
    }
}
