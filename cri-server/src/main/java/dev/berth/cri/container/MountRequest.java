package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Says what is wrong with one mount of a container, before anything is made. */
final class MountRequest {
    private static final Path PROC = Path.of("/proc");

    /** Files of /proc that describe the machine; putting others over them is how containers are shown their limits. */
    private static final Set<String> MACHINE =
            Set.of("cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo", "net/dev");

    private MountRequest() {}

    static void validate(Mount mount) {
        RequestPaths.require("mount's container path", mount.getContainerPath());
        MountOptions.of(mount);
        if (ImageVolume.isAskedFor(mount)) {
            target(mount.getContainerPath(), "an image");
            image(mount);
            return;
        }
        RequestPaths.require("mount's host path", mount.getHostPath());
        if (!Files.exists(Path.of(mount.getHostPath()))) {
            throw CriFailure.invalid(
                    "the mount's host path %s does not exist; make it or mount another".formatted(mount.getHostPath()));
        }
        target(mount.getContainerPath(), mount.getHostPath());
        recursion(mount);
        if (mount.getPropagation() == MountPropagation.UNRECOGNIZED) {
            throw CriFailure.invalid("the propagation %d of the mount on %s is not known"
                    .formatted(mount.getPropagationValue(), mount.getContainerPath()));
        }
    }

    /** Neither the root nor the kernel's view of processes can be replaced by what a pod brings. */
    private static void target(String containerPath, String source) {
        Path target = Path.of(containerPath).normalize();
        if (target.getNameCount() == 0) {
            throw CriFailure.invalid("a mount of %s on / would replace the container's root; mount it on a path below"
                    .formatted(source));
        }
        if (!target.startsWith(PROC)) {
            return;
        }
        boolean machine = MACHINE.contains(PROC.relativize(target).toString());
        boolean nodesProc = target.equals(PROC) && real(source).equals(PROC);
        if (!machine && !nodesProc) {
            throw CriFailure.invalid(
                    "a mount of %s on %s would hide what the kernel says of processes; mount it outside of /proc"
                            .formatted(source, containerPath));
        }
    }

    private static Path real(String source) {
        try {
            return Path.of(source).toRealPath();
        } catch (IOException _) {
            return Path.of(source);
        }
    }

    private static void recursion(Mount mount) {
        if (mount.getRecursiveReadOnly()
                && (!mount.getReadonly() || mount.getPropagation() != MountPropagation.PROPAGATION_PRIVATE)) {
            throw CriFailure.invalid(
                    "the mount on %s is to be recursively read-only; that needs readonly and private propagation"
                            .formatted(mount.getContainerPath()));
        }
    }

    private static void image(Mount mount) {
        if (!mount.getReadonly()) {
            throw CriFailure.invalid(
                    "the image mounted on %s can only be read-only; set readonly".formatted(mount.getContainerPath()));
        }
        if (mount.getPropagation() != MountPropagation.PROPAGATION_PRIVATE) {
            throw CriFailure.invalid("the image mounted on %s has nothing to propagate; leave propagation private"
                    .formatted(mount.getContainerPath()));
        }
        String subPath = mount.getImageSubPath();
        if (subPath.startsWith("/") || List.of(subPath.split("/", -1)).contains("..")) {
            throw CriFailure.invalid("the image sub path %s must be relative, without ..".formatted(subPath));
        }
    }
}
