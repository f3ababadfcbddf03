package dev.berth.runtime.probe;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.ThreadApart;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tries what pods with user namespaces need: one to be made, and mounts and layers with their ids shifted into it. */
public final class UserNamespaceProbe {
    private static final String COST = "pods with user namespaces (hostUsers: false) cannot run";
    private static final String LOWER = "idmapped";
    private static final String UPPER = "idmapped-upper";
    private static final String WORK = "idmapped-work";

    private final Kernel kernel;
    private final Scratch scratch;

    UserNamespaceProbe(Kernel kernel, Scratch scratch) {
        this.kernel = kernel;
        this.scratch = scratch;
    }

    /** What keeps pods with user namespaces from running here, empty when nothing does; {@code store} will hold layers. */
    public static Optional<String> missing(Kernel kernel, Path store) {
        try (Scratch scratch = Scratch.below(store, kernel)) {
            return new UserNamespaceProbe(kernel, scratch)
                    .findings().stream()
                            .filter(finding -> finding.state() == Finding.State.MISSING)
                            .map(finding -> finding.name() + ": " + finding.detail())
                            .findFirst();
        } catch (RuntimeException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    List<Finding> findings() {
        try (UserNamespace user = UserNamespace.open(kernel)) {
            return List.of(
                    idmapped("tmpfs", "Linux shifts ids on tmpfs from 6.3 on", this::tmpfs, user),
                    idmapped(
                            "store", "this file system does not let ids be shifted", () -> clone(scratch.path()), user),
                    Finding.of("idmapped layers", COST, () -> layers(user)));
        } catch (RuntimeException failure) {
            return List.of(Finding.missing("user namespaces", String.valueOf(failure.getMessage()), COST));
        }
    }

    @FunctionalInterface
    private interface Source {
        Fd open();
    }

    private Finding idmapped(String kind, String whenInvalid, Source source, UserNamespace user) {
        String name = "idmapped mounts (" + kind + ")";
        try (Fd mount = source.open()) {
            shift(mount, user);
            return Finding.ok(name, "uids shifted by 100000");
        } catch (KernelFailure failure) {
            String detail = failure.is(Errno.EINVAL)
                    ? "%s (%s: EINVAL)".formatted(whenInvalid, failure.call())
                    : String.valueOf(failure.getMessage());
            return Finding.missing(name, detail, COST);
        }
    }

    /** An overlay whose upper directory is not idmapped; with one that is, the kernel makes it, but read-only. */
    private String layers(UserNamespace user) {
        try (Fd layer = layer(user);
                Fd upper = scratch.directory(UPPER);
                Fd work = scratch.directory(WORK)) {
            overlay(layer, upper, work);
            return "overlay over detached layers";
        } catch (KernelFailure _) {
            return attachedLayers(user);
        }
    }

    /** Before Linux 6.15 a layer must be attached: where only one thread sees it. */
    String attachedLayers(UserNamespace user) {
        try (Fd layer = layer(user);
                Fd _ = scratch.directory(UPPER);
                Fd _ = scratch.directory(WORK)) {
            return ThreadApart.withOwnMounts(kernel, () -> {
                kernel.moveMount(layer.number(), Kernel.AT_FDCWD, path(LOWER));
                overlayByPath();
                return "overlay over attached layers";
            });
        }
    }

    private Fd layer(UserNamespace user) {
        scratch.directory(LOWER).close();
        Fd layer = clone(scratch.path().resolve(LOWER));
        try {
            shift(layer, user);
            return layer;
        } catch (KernelFailure failure) {
            layer.close();
            throw failure;
        }
    }

    private void overlay(Fd layer, Fd upper, Fd work) {
        try (Fd fs = new Fd(kernel, kernel.fsopen("overlay"))) {
            kernel.fsconfigFd(fs.number(), "lowerdir+", layer.number());
            kernel.fsconfigFd(fs.number(), "upperdir", upper.number());
            kernel.fsconfigFd(fs.number(), "workdir", work.number());
            kernel.fsconfigCreate(fs.number());
            kernel.close(kernel.fsmount(fs.number(), 0));
        }
    }

    /** Paths all through: an overlay takes no directory of another mount namespace, and a descriptor would lead to one. */
    private void overlayByPath() {
        try (Fd fs = new Fd(kernel, kernel.fsopen("overlay"))) {
            kernel.fsconfigString(fs.number(), "lowerdir", path(LOWER));
            kernel.fsconfigString(fs.number(), "upperdir", path(UPPER));
            kernel.fsconfigString(fs.number(), "workdir", path(WORK));
            kernel.fsconfigCreate(fs.number());
            kernel.close(kernel.fsmount(fs.number(), 0));
        }
    }

    private String path(String name) {
        return scratch.path().resolve(name).toString();
    }

    private void shift(Fd mount, UserNamespace user) {
        kernel.mountSetattr(mount.number(), false, Kernel.MOUNT_ATTR_IDMAP, 0, 0, user.fd());
    }

    private Fd clone(Path directory) {
        return new Fd(kernel, kernel.openTree(Kernel.AT_FDCWD, directory.toString(), Kernel.OPEN_TREE_CLONE));
    }

    private Fd tmpfs() {
        try (Fd fs = new Fd(kernel, kernel.fsopen("tmpfs"))) {
            kernel.fsconfigCreate(fs.number());
            return new Fd(kernel, kernel.fsmount(fs.number(), 0));
        }
    }
}
