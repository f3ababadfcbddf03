package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.selinux.Label;
import dev.berth.runtime.selinux.Relabelling;
import dev.berth.state.v1.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/** The label that the files of a mount get where the request says so: those of the container's own files. */
final class VolumeLabel {
    /** What belongs to the node; processes of it would lose their own files. */
    private static final Set<Path> OF_THE_NODE = paths(
            "/",
            "/bin",
            "/boot",
            "/dev",
            "/etc",
            "/etc/passwd",
            "/etc/pki",
            "/etc/shadow",
            "/home",
            "/lib",
            "/lib64",
            "/media",
            "/opt",
            "/proc",
            "/root",
            "/run",
            "/sbin",
            "/srv",
            "/sys",
            "/tmp",
            "/usr",
            "/usr/bin",
            "/usr/lib",
            "/usr/sbin",
            "/var",
            "/var/lib",
            "/var/log",
            "/var/run");

    private VolumeLabel() {}

    private static Set<Path> paths(String... all) {
        return Set.of(all).stream().map(Path::of).collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isAskedFor(Mount mount, Labels labels) {
        return mount.getSelinuxRelabel() && !labels.getFile().isEmpty();
    }

    /** Fails with INVALID when the source is a directory of the node itself. */
    static void require(Mount mount, Labels labels) {
        Path path = Path.of(mount.getHostPath()).normalize();
        if (isAskedFor(mount, labels) && (OF_THE_NODE.contains(path) || OF_THE_NODE.contains(real(path)))) {
            throw CriFailure.invalid(
                    "the mount of %s on %s asks for an SELinux label of the container's, which the node itself could not use then; mount another directory or leave selinux_relabel out"
                            .formatted(mount.getHostPath(), mount.getContainerPath()));
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path;
        }
    }

    /** Labels what is mounted, through the clone of it. */
    static void apply(Kernel kernel, int clone, Mount mount, Labels labels) {
        if (!isAskedFor(mount, labels)) {
            return;
        }
        try {
            Relabelling.of(kernel, clone, Label.parse(labels.getFile()));
        } catch (KernelFailure | IllegalArgumentException failure) {
            throw CriFailure.invalid("the mount of %s on %s cannot get the SELinux label %s: %s"
                    .formatted(mount.getHostPath(), mount.getContainerPath(), labels.getFile(), failure.getMessage()));
        }
    }
}
