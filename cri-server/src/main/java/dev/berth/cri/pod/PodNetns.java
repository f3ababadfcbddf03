package dev.berth.cri.pod;

import dev.berth.runtime.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The pod's network namespace as a path, because CNI plugins want one. */
final class PodNetns {
    private final Platform platform;

    PodNetns(Platform platform) {
        this.platform = platform;
    }

    void pin(Pod pod) {
        if (pod.hostNetwork()) {
            return;
        }
        Path path = platform.layout().netnsOf(pod.id());
        try {
            Files.createDirectories(platform.layout().netns());
            Files.createFile(path);
        } catch (FileAlreadyExistsException _) {
            // Left by a crash before the mount.
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be made".formatted(path), failure);
        }
        String namespace = "/proc/%d/ns/net".formatted(pod.record().getShimPid());
        platform.kernel().mount(namespace, path.toString(), "none", Kernel.MS_BIND, "");
    }

    void unpin(Pod pod) {
        unpin(platform.layout().netnsOf(pod.id()));
    }

    void unpin(Path path) {
        PodFiles.detach(platform.kernel(), path);
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be removed".formatted(path), failure);
        }
    }
}
