package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.image.Images;
import dev.berth.cri.v1.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The volumes that an image declares. They are parts of the container's own writable layer, so they hold what the image has there, go
 * with the container, and stay writable when its root is read-only.
 */
final class DeclaredVolumes {
    private static final int MOST = 256;
    private static final List<Path> KERNELS = List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"));

    private DeclaredVolumes() {}

    /**
     * Their paths, less those on or below a mount of the container.
     *
     * @throws CriFailure INVALID when the image declares a volume where none can be
     */
    static List<String> of(List<Mount> taken, Images.Present image) {
        List<String> declarations = image.config().volumes();
        if (declarations.size() > MOST) {
            throw CriFailure.invalid("the image %s declares %d volumes; at most %d are taken"
                    .formatted(image.reference(), declarations.size(), MOST));
        }
        List<Path> mounts = taken.stream()
                .map(Mount::getContainerPath)
                .map(path -> Path.of(path).normalize())
                .toList();
        List<String> volumes = new ArrayList<>();
        for (String declared : declarations) {
            RequestPaths.require("image's volume", declared);
            Path volume = Path.of(declared).normalize();
            if (volume.getNameCount() == 0 || KERNELS.stream().anyMatch(volume::startsWith)) {
                throw CriFailure.invalid("the image %s declares a volume on %s, where none can be"
                        .formatted(image.reference(), declared));
            }
            if (mounts.stream().noneMatch(volume::startsWith)) {
                volumes.add(volume.toString());
            }
        }
        return volumes;
    }
}
