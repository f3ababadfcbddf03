package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Images mounted as volumes, read-only, whole or one directory of them. */
final class ImageVolume {
    private ImageVolume() {}

    /** Fails with INVALID when no layer has the directory that the mount names. */
    static void requireSubPath(List<Path> layers, Mount mount) {
        String subPath = mount.getImageSubPath();
        boolean present =
                subPath.isEmpty() || layers.stream().anyMatch(layer -> Files.isDirectory(layer.resolve(subPath)));
        if (!present) {
            throw CriFailure.invalid("the image %s has no directory %s to mount on %s"
                    .formatted(mount.getImage().getImage(), subPath, mount.getContainerPath()));
        }
    }

    /** A detached mount of the image's directory; the caller owns the descriptor. */
    static int open(Kernel kernel, List<Path> layers, Mount mount) {
        int whole = Overlay.readOnly(kernel, layers);
        if (mount.getImageSubPath().isEmpty()) {
            return whole;
        }
        try (Fd root = new Fd(kernel, whole)) {
            long resolve = Kernel.RESOLVE_IN_ROOT | Kernel.RESOLVE_NO_MAGICLINKS;
            int flags = Kernel.O_PATH | Kernel.O_DIRECTORY;
            try (Fd directory =
                    new Fd(kernel, kernel.openat2(root.number(), mount.getImageSubPath(), flags, 0, resolve))) {
                return kernel.openTree(directory.number(), "", Kernel.OPEN_TREE_CLONE);
            }
        }
    }
}
