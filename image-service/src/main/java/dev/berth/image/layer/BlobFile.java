package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Digest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A blob that is a file of its own, on its way into a directory; verified while it is written.
 *
 * @param bytes the blob as it comes; closed by the caller
 * @param path where it goes, relative and without {@code ..}; directories on the way are made
 * @param progress is told the number of bytes as they come
 */
public record BlobFile(InputStream bytes, Digest digest, String path, LongConsumer progress) {
    private static final int NEW_FILE = Kernel.O_WRONLY | Kernel.O_CREAT | Kernel.O_EXCL | Kernel.O_NOFOLLOW;
    private static final int DIRECTORY = Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_NOFOLLOW;
    private static final long BLOCK = 4096;

    /** Writes it below an empty directory of mode 0755. What a failure leaves in it is the caller's to remove. */
    public Unpacked writeInto(Kernel kernel, int root) {
        DigestedStream verified = new DigestedStream(bytes, digest, progress);
        try {
            write(kernel, root, List.of(path.split("/", -1)), verified);
        } catch (InterruptedIOException e) {
            throw new ImageFailure(ImageFailure.Kind.CANCELLED, what() + ": cancelled", e);
        } catch (IOException e) {
            throw new ImageFailure(ImageFailure.Kind.UNAVAILABLE, what() + ": " + e.getMessage(), e);
        } catch (KernelFailure e) {
            throw KernelFailures.told(what() + " cannot be written", e);
        }
        verified.check(what());
        long directories = path.chars().filter(c -> c == '/').count();
        long blocks = Math.ceilDiv(verified.count(), BLOCK) + directories;
        return new Unpacked(blocks * BLOCK, directories + 1, List.of());
    }

    private static void write(Kernel kernel, int directory, List<String> parts, InputStream from) throws IOException {
        String name = parts.getFirst();
        if (parts.size() > 1) {
            kernel.mkdirat(directory, name, 0700);
            try (Fd inside = new Fd(kernel, kernel.openat(directory, name, DIRECTORY, 0))) {
                kernel.fchmod(inside.number(), 0755);
                write(kernel, inside.number(), parts.subList(1, parts.size()), from);
            }
            return;
        }
        try (Fd file = new Fd(kernel, kernel.openat(directory, name, NEW_FILE, 0600))) {
            byte[] buffer = new byte[1 << 16];
            for (int got = from.read(buffer); got >= 0; got = from.read(buffer)) {
                kernel.write(file.number(), buffer, 0, got);
            }
            kernel.fchmod(file.number(), 0644);
        }
    }

    private String what() {
        return "file %s (%s)".formatted(path, digest);
    }
}
