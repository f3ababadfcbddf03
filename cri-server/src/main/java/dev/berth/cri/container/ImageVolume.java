package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.ThreadApart;
import java.nio.file.Path;

/** Images mounted as volumes, read-only, whole or one directory of them. */
final class ImageVolume {
    private ImageVolume() {}

    /** Whether a mount asks for an image instead of a path of the node. */
    static boolean isAskedFor(Mount mount) {
        return mount.hasImage() && !mount.getImage().getImage().isEmpty();
    }

    /** Fails with INVALID when no layer has the directory that the mount names. */
    static void requireSubPath(Kernel kernel, LayerStack layers, Mount mount) {
        String subPath = mount.getImageSubPath();
        boolean present = subPath.isEmpty()
                || layers.topFirst().stream().anyMatch(layer -> hasDirectory(kernel, layer.directory(), subPath));
        if (!present) {
            throw CriFailure.invalid("the image %s has no directory %s to mount on %s"
                    .formatted(mount.getImage().getImage(), subPath, mount.getContainerPath()));
        }
    }

    /** Looked up below the layer by descriptor: a link in it never leads out of it. */
    private static boolean hasDirectory(Kernel kernel, Path layer, String subPath) {
        try (Fd root = Fd.directory(kernel, layer);
                Fd _ = below(kernel, root, subPath)) {
            return true;
        } catch (KernelFailure _) {
            return false;
        }
    }

    /** A detached mount of the image's directory; the caller owns the descriptor. */
    static int open(Kernel kernel, Overlay.Stack stack, Mount mount) {
        int whole = Overlay.readOnly(kernel, stack);
        if (mount.getImageSubPath().isEmpty()) {
            return whole;
        }
        try (Fd root = new Fd(kernel, whole)) {
            return directory(kernel, root, mount.getImageSubPath());
        }
    }

    private static int directory(Kernel kernel, Fd root, String subPath) {
        try {
            return cloneBelow(kernel, root, subPath);
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.EINVAL)) {
                throw failure;
            }
            return ThreadApart.withOwnMounts(kernel, () -> cloneAttached(kernel, root, subPath));
        }
    }

    /** Before Linux 6.15 only a part of an attached mount can be cloned, so it is attached where nobody else sees it. */
    private static int cloneAttached(Kernel kernel, Fd root, String subPath) {
        kernel.moveMount(root.number(), Kernel.AT_FDCWD, "/");
        return cloneBelow(kernel, root, subPath);
    }

    private static int cloneBelow(Kernel kernel, Fd root, String subPath) {
        try (Fd directory = below(kernel, root, subPath)) {
            return kernel.openTree(directory.number(), "", Kernel.OPEN_TREE_CLONE);
        }
    }

    private static Fd below(Kernel kernel, Fd root, String subPath) {
        long resolve = Kernel.RESOLVE_IN_ROOT | Kernel.RESOLVE_NO_MAGICLINKS;
        int flags = Kernel.O_PATH | Kernel.O_DIRECTORY;
        return new Fd(kernel, kernel.openat2(root.number(), subPath, flags, 0, resolve));
    }
}
