package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.util.ArrayList;
import java.util.List;

/** Tries the calls that build a container's file system, all on mounts that are attached nowhere. */
final class MountProbe {
    private final Kernel kernel;
    private final Scratch scratch;

    MountProbe(Kernel kernel, Scratch scratch) {
        this.kernel = kernel;
        this.scratch = scratch;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(List.of(overlay(), moveMount(), mountSetattr()));
        findings.addAll(new UserNamespaceProbe(kernel, scratch).findings());
        return findings;
    }

    private Finding overlay() {
        OverlayBackend backend = new OverlayProbe(kernel).detect(scratch);
        return switch (backend) {
            case LOWERDIR_FDS, LOWERDIR_PLUS, LEGACY_STRING -> Finding.ok("overlay", backend.toString());
            case MOUNT ->
                Finding.degraded(
                        "overlay",
                        "no detached overlay can be made on this file system",
                        "containers start slower, or not at all when the kernel has no overlay");
        };
    }

    private Finding moveMount() {
        return Finding.of("detached mounts", "containers cannot start", () -> {
            try (Fd outer = tmpfs();
                    Fd inner = tmpfs()) {
                kernel.mkdirat(outer.number(), "inner", 0755);
                kernel.moveMount(inner.number(), outer.number(), "inner");
                return "also onto detached trees";
            } catch (KernelFailure failure) {
                if (failure.call().equals("move_mount") && failure.errno() == Errno.EINVAL) {
                    return "onto attached trees";
                }
                throw failure;
            }
        });
    }

    private Finding mountSetattr() {
        return Finding.of("mount_setattr", "recursive read-only mounts and mount options are refused", () -> {
            try (Fd clone = clone(scratch)) {
                kernel.mountSetattr(clone.number(), true, Kernel.MOUNT_ATTR_RDONLY, 0, Kernel.MS_PRIVATE, -1);
                return "read-only, recursively";
            }
        });
    }

    private Fd clone(Scratch directory) {
        return new Fd(kernel, kernel.openTree(Kernel.AT_FDCWD, directory.path().toString(), Kernel.OPEN_TREE_CLONE));
    }

    private Fd tmpfs() {
        try (Fd fs = new Fd(kernel, kernel.fsopen("tmpfs"))) {
            kernel.fsconfigCreate(fs.number());
            return new Fd(kernel, kernel.fsmount(fs.number(), 0));
        }
    }
}
