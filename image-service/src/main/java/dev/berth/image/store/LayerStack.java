package dev.berth.image.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of an image for an overlay mount.
 *
 * @param links the directory that holds a link of a few characters to each layer: with it as the working directory, a
 *     lowerdir option of short names fits into the 255 bytes that fsconfig takes
 * @param topFirst in overlay's order; empty for an image without layers
 */
public record LayerStack(Path links, List<LayerPath> topFirst) {
    public LayerStack {
        topFirst = List.copyOf(topFirst);
    }

    /** The same with one more layer below all. */
    public LayerStack over(Path directory) {
        List<LayerPath> more = new ArrayList<>(topFirst);
        more.add(new LayerPath(directory, links.relativize(directory).toString()));
        return new LayerStack(links, more);
    }
}
