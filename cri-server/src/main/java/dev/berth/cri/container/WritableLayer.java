package dev.berth.cri.container;

import dev.berth.cri.pod.Platform;
import dev.berth.cri.record.PrivateDirectories;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
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
        }
    }

    void remove(Container container) {
        PrivateDirectories.remove(platform.layout().writableLayer(container.id()));
    }

    /** A detached overlay; the caller owns the descriptor. Nothing appears in the node's mount table. */
    int mount(Container container, LayerStack layers) {
        Path directory = platform.layout().writableLayer(container.id());
        LayerStack lowest = layers.over(platform.layout().mountPoints());
        return Overlay.writable(platform.kernel(), lowest, directory.resolve(UPPER), directory.resolve(WORK));
    }
}
