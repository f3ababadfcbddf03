package dev.berth.cri.container;

import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.PrivateDirectories;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.IdMap;
import java.nio.file.Path;

/** The upper and work directory of a container's root, and the detached overlay that stacks them on the image's layers. */
final class WritableLayer {
    /** The directory with what the container wrote. */
    static final String UPPER = "upper";

    private static final String WORK = "work";

    private final Platform platform;

    WritableLayer(Platform platform) {
        this.platform = platform;
    }

    void make(Container container) {
        Path directory = PrivateDirectories.make(platform.layout().writableLayer(container.id()));
        Kernel kernel = platform.kernel();
        try (Fd dir = Fd.directory(kernel, directory)) {
            kernel.mkdirat(dir.number(), UPPER, 0755);
            kernel.mkdirat(dir.number(), WORK, 0700);
            IdMap ids = container.pod().ids();
            if (ids.own()) {
                kernel.fchownat(dir.number(), UPPER, ids.host(0), ids.host(0), Kernel.AT_SYMLINK_NOFOLLOW);
            }
        }
    }

    void remove(Container container) {
        PrivateDirectories.remove(platform.layout().writableLayer(container.id()));
    }

    /**
     * A detached overlay; the caller owns the descriptor. Nothing appears in the node's mount table.
     *
     * @param userNamespace a descriptor of the pod's, -1 for the node's
     */
    int mount(Container container, LayerStack layers, int userNamespace) {
        Path directory = platform.layout().writableLayer(container.id());
        LayerStack lowest = layers.over(platform.layout().mountPoints());
        return Overlay.mount(
                platform.kernel(),
                new Overlay.Stack(
                        lowest,
                        directory.resolve(UPPER),
                        directory.resolve(WORK),
                        userNamespace,
                        container.record().getLabels().getFile()));
    }
}
