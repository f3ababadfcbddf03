package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether the mount that a source lies on propagates at all: asked for in vain, it is refused instead of silently missing. */
final class SharedSource {
    private SharedSource() {}

    static void require(Kernel kernel, Mount mount) {
        boolean bidirectional = mount.getPropagation() == MountPropagation.PROPAGATION_BIDIRECTIONAL;
        if (!bidirectional && mount.getPropagation() != MountPropagation.PROPAGATION_HOST_TO_CONTAINER) {
            return;
        }
        List<String> tags = tags(kernel, mount.getHostPath());
        boolean shared = tags.stream().anyMatch(tag -> tag.startsWith("shared:"));
        boolean slave = tags.stream().anyMatch(tag -> tag.startsWith("master:"));
        if (!shared && (bidirectional || !slave)) {
            throw CriFailure.invalid(
                    "the host path %s of the mount on %s lies on a mount that propagates nothing; make it shared (mount --make-rshared) or leave propagation private"
                            .formatted(mount.getHostPath(), mount.getContainerPath()));
        }
    }

    /** The optional fields of the mount in mountinfo, see proc_pid_mountinfo(5). */
    private static List<String> tags(Kernel kernel, String path) {
        try (Fd fd = new Fd(kernel, kernel.openat(Kernel.AT_FDCWD, path, Kernel.O_PATH, 0))) {
            String id = mountId(fd);
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                List<String> fields = List.of(line.split(" ", -1));
                if (fields.getFirst().equals(id)) {
                    return fields.subList(6, fields.indexOf("-"));
                }
            }
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException("the node's mounts could not be read", failure);
        }
    }

    private static String mountId(Fd fd) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd.number()))) {
            if (line.startsWith("mnt_id:")) {
                return line.substring("mnt_id:".length()).strip();
            }
        }
        return "";
    }
}
