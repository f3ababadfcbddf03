package dev.berth.cri.container;

import dev.berth.image.store.LayerPath;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.ThreadApart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Detached overlay mounts. Layers are given as descriptors where the kernel takes them (6.13), as one {@code lowerdir+} string each
 * (6.8), or in one {@code lowerdir} string of short names (before); the way that worked last is tried first.
 */
final class Overlay {
    enum Way {
        DESCRIPTORS,
        STRINGS,
        SHORT_NAMES
    }

    /** The longest value that fsconfig takes for a string. */
    private static final int LONGEST_STRING = 255;

    private static volatile Way way = Way.DESCRIPTORS;

    private Overlay() {}

    /** An overlay that nobody can write to; a single layer becomes a bind mount, since overlay wants two. */
    static int readOnly(Kernel kernel, Stack stack) {
        if (stack.layers().topFirst().size() > 1) {
            return mount(kernel, stack);
        }
        Path only = stack.layers().topFirst().getFirst().directory();
        try (Fd clone = stack.userNamespace() < 0
                ? new Fd(kernel, kernel.openTree(Kernel.AT_FDCWD, only.toString(), Kernel.OPEN_TREE_CLONE))
                : IdMappedLayers.layer(kernel, only, stack.userNamespace())) {
            kernel.mountSetattr(clone.number(), false, Kernel.MOUNT_ATTR_RDONLY, 0, Kernel.MS_PRIVATE, 0);
            return clone.release();
        }
    }

    /**
     * What is stacked.
     *
     * @param userNamespace a descriptor of the one that the layers' ids are shifted into; -1 for none
     * @param label the SELinux label of all files in it, empty for their own
     */
    record Stack(
            LayerStack layers,
            @Nullable Path upper,
            @Nullable Path work,
            int userNamespace,
            String label) {}

    /** A detached overlay; the caller owns the descriptor. */
    static int mount(Kernel kernel, Stack stack) {
        if (stack.userNamespace() >= 0) {
            return IdMappedLayers.mount(kernel, stack);
        }
        Way first = way;
        for (Way tried : Way.values()) {
            if (tried.compareTo(first) < 0) {
                continue;
            }
            try {
                int mount = mount(kernel, stack, tried);
                way = tried;
                return mount;
            } catch (KernelFailure failure) {
                if (tried == Way.SHORT_NAMES || !notOffered(failure)) {
                    throw failure;
                }
            }
        }
        throw new IllegalStateException("no way of making an overlay is left");
    }

    static boolean notOffered(KernelFailure failure) {
        return failure.is(Errno.EINVAL) || failure.is(Errno.EOPNOTSUPP) || failure.is(Errno.EBADF);
    }

    static int mount(Kernel kernel, Stack stack, Way by) {
        List<Fd> open = new ArrayList<>();
        try (Fd fs = new Fd(kernel, kernel.fsopen("overlay"))) {
            return switch (by) {
                case DESCRIPTORS -> {
                    byDescriptors(kernel, fs, stack, open);
                    yield create(kernel, fs, stack);
                }
                case STRINGS -> {
                    byStrings(kernel, fs, stack);
                    yield create(kernel, fs, stack);
                }
                case SHORT_NAMES -> byShortNames(kernel, fs, stack);
            };
        } finally {
            open.forEach(Fd::close);
        }
    }

    static int create(Kernel kernel, Fd fs, Stack stack) {
        if (stack.upper() != null) {
            kernel.fsconfigFlag(fs.number(), "volatile");
        }
        if (!stack.label().isEmpty()) {
            kernel.fsconfigString(fs.number(), "context", stack.label());
        }
        kernel.fsconfigCreate(fs.number());
        return kernel.fsmount(fs.number(), 0);
    }

    private static void byDescriptors(Kernel kernel, Fd fs, Stack stack, List<Fd> open) {
        for (LayerPath layer : stack.layers().topFirst()) {
            kernel.fsconfigFd(fs.number(), "lowerdir+", open(kernel, layer.directory(), open));
        }
        writableDescriptors(kernel, fs, stack, open);
    }

    /** Gives the writable directories of a stack, if it has any, by descriptors; those are added to {@code open}. */
    static void writableDescriptors(Kernel kernel, Fd fs, Stack stack, List<Fd> open) {
        if (stack.upper() != null && stack.work() != null) {
            kernel.fsconfigFd(fs.number(), "upperdir", open(kernel, stack.upper(), open));
            kernel.fsconfigFd(fs.number(), "workdir", open(kernel, stack.work(), open));
        }
    }

    private static void byStrings(Kernel kernel, Fd fs, Stack stack) {
        for (LayerPath layer : stack.layers().topFirst()) {
            kernel.fsconfigString(fs.number(), "lowerdir+", layer.directory().toString());
        }
        writableStrings(kernel, fs, stack);
    }

    /** Names beneath the store's directory of links, so that no path of the node shows in the container either. */
    private static int byShortNames(Kernel kernel, Fd fs, Stack stack) {
        String lower = stack.layers().topFirst().stream().map(LayerPath::link).collect(Collectors.joining(":"));
        return lower.length() <= LONGEST_STRING
                ? ThreadApart.withOwnDirectory(kernel, () -> detached(kernel, fs, stack, lower))
                : ThreadApart.withOwnMounts(kernel, () -> detachedAgain(kernel, stack, lower));
    }

    private static int detached(Kernel kernel, Fd fs, Stack stack, String lower) {
        enterLinks(kernel, stack);
        kernel.fsconfigString(fs.number(), "lowerdir", lower);
        writableStrings(kernel, fs, stack);
        return create(kernel, fs, stack);
    }

    /** mount(2) takes a page of options, and what it mounts is cloned before the thread's mounts go. */
    private static int detachedAgain(Kernel kernel, Stack stack, String lower) {
        enterLinks(kernel, stack);
        String links = stack.layers().links().toString();
        kernel.mount("overlay", links, "overlay", 0, options(stack, lower));
        return kernel.openTree(Kernel.AT_FDCWD, links, Kernel.OPEN_TREE_CLONE);
    }

    /** For mount(2). */
    static String options(Stack stack, String lower) {
        String writable =
                stack.upper() == null ? "" : ",upperdir=%s,workdir=%s,volatile".formatted(stack.upper(), stack.work());
        String label = stack.label().isEmpty() ? "" : ",context=\"%s\"".formatted(stack.label());
        return "lowerdir=" + lower + writable + label;
    }

    private static void enterLinks(Kernel kernel, Stack stack) {
        List<Fd> open = new ArrayList<>();
        try {
            kernel.fchdir(open(kernel, stack.layers().links(), open));
        } finally {
            open.forEach(Fd::close);
        }
    }

    private static void writableStrings(Kernel kernel, Fd fs, Stack stack) {
        if (stack.upper() != null && stack.work() != null) {
            kernel.fsconfigString(fs.number(), "upperdir", stack.upper().toString());
            kernel.fsconfigString(fs.number(), "workdir", stack.work().toString());
        }
    }

    private static int open(Kernel kernel, Path directory, List<Fd> open) {
        Fd fd = Fd.directory(kernel, directory);
        open.add(fd);
        return fd.number();
    }
}
