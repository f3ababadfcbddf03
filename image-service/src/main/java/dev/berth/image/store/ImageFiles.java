package dev.berth.image.store;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.layer.KernelFailures;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import org.jspecify.annotations.Nullable;

/** Reads files of an image without mounting it, such as {@code etc/passwd}: what a container would see before it changes anything. */
public final class ImageFiles {
    private final Kernel kernel;
    private final ImageStore store;

    public ImageFiles(Kernel kernel, ImageStore store) {
        this.kernel = kernel;
        this.store = store;
    }

    /**
     * Reads a regular file.
     *
     * @param path from the image's root; links on the way and at the end are followed inside the image
     * @return null when the image has no regular file there; more than {@code maxBytes} is CORRUPT
     */
    public byte @Nullable [] read(String imageId, String path, int maxBytes) {
        try (MergedView view = store.view(imageId)) {
            MergedView.Found found = view.find(path, true);
            if (found == null || !found.stat().isRegular()) {
                return null;
            }
            if (found.stat().size() > maxBytes) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "%s of image %s has %d bytes, more than %d"
                                .formatted(path, imageId, found.stat().size(), maxBytes));
            }
            int flags = Kernel.O_RDONLY | Kernel.O_NOFOLLOW | Kernel.O_NONBLOCK;
            try (Fd file = new Fd(kernel, kernel.openat(found.directory(), found.name(), flags, 0))) {
                return Folder.readAll(kernel, file.number(), path, maxBytes);
            }
        } catch (KernelFailure e) {
            throw KernelFailures.told("%s of image %s cannot be read".formatted(path, imageId), e);
        }
    }

    /** Whether a path is there, links followed, whatever it is. */
    public boolean exists(String imageId, String path) {
        try (MergedView view = store.view(imageId)) {
            return view.find(path, true) != null;
        } catch (KernelFailure e) {
            throw KernelFailures.told("%s of image %s cannot be read".formatted(path, imageId), e);
        }
    }
}
