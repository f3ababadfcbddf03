package dev.berth.cri.container;

import dev.berth.image.store.LayerPath;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.ThreadApart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Overlays whose layers belong to a user namespace. Each layer is idmapped by itself, since an overlay cannot be; the upper
 * directory is not, since the kernel would make such an overlay read-only without a word, and belongs to the pod's root on disk.
 */
final class IdMappedLayers {
    private static volatile boolean detachedWorks = true;

    private IdMappedLayers() {}

    /** A detached clone of one layer. */
    static Fd layer(Kernel kernel, Path directory, int userNamespace) {
        Fd clone = new Fd(kernel, kernel.openTree(Kernel.AT_FDCWD, directory.toString(), Kernel.OPEN_TREE_CLONE));
        try {
            kernel.mountSetattr(clone.number(), false, Kernel.MOUNT_ATTR_IDMAP, 0, Kernel.MS_PRIVATE, userNamespace);
            return clone;
        } catch (RuntimeException failure) {
            clone.close();
            throw failure;
        }
    }

    static int mount(Kernel kernel, Overlay.Stack stack) {
        List<Fd> layers = new ArrayList<>();
        try {
            for (LayerPath layer : stack.layers().topFirst()) {
                layers.add(layer(kernel, layer.directory(), stack.userNamespace()));
            }
            return detachedWorks ? detachedFirst(kernel, stack, layers) : attached(kernel, stack, layers);
        } finally {
            layers.forEach(Fd::close);
        }
    }

    private static int detachedFirst(Kernel kernel, Overlay.Stack stack, List<Fd> layers) {
        try {
            return detached(kernel, stack, layers);
        } catch (KernelFailure failure) {
            if (!Overlay.notOffered(failure)) {
                throw failure;
            }
            int mount = attached(kernel, stack, layers);
            detachedWorks = false;
            return mount;
        }
    }

    private static int detached(Kernel kernel, Overlay.Stack stack, List<Fd> layers) {
        List<Fd> open = new ArrayList<>();
        try (Fd fs = new Fd(kernel, kernel.fsopen("overlay"))) {
            layers.forEach(layer -> kernel.fsconfigFd(fs.number(), "lowerdir+", layer.number()));
            Overlay.writableDescriptors(kernel, fs, stack, open);
            return Overlay.create(kernel, fs, stack);
        } finally {
            open.forEach(Fd::close);
        }
    }

    /** Before Linux 6.15 a layer must be attached: on a tmpfs that only this thread sees, under a name of few digits. */
    static int attached(Kernel kernel, Overlay.Stack stack, List<Fd> layers) {
        return ThreadApart.withOwnMounts(kernel, () -> {
            String place = stack.layers().links().toString();
            kernel.mount("layers", place, "tmpfs", 0, "");
            try (Fd root = Fd.directory(kernel, stack.layers().links())) {
                kernel.fchdir(root.number());
                for (int i = 0; i < layers.size(); i++) {
                    kernel.mkdirat(root.number(), Integer.toString(i), 0700);
                    kernel.moveMount(layers.get(i).number(), root.number(), Integer.toString(i));
                }
                kernel.mkdirat(root.number(), "overlay", 0700);
                kernel.mount("overlay", "overlay", "overlay", 0, Overlay.options(stack, names(layers.size())));
                return kernel.openTree(root.number(), "overlay", Kernel.OPEN_TREE_CLONE);
            }
        });
    }

    private static String names(int layers) {
        return IntStream.range(0, layers).mapToObj(Integer::toString).collect(Collectors.joining(":"));
    }
}
