package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.image.Images;
import dev.berth.image.store.LayerStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A node without images that remembers which containers hold some. */
final class FakeImages implements Images {
    final Map<String, List<String>> held = new TreeMap<>();

    /** The layers of every image. */
    LayerStack layers = new LayerStack(Path.of("/nowhere"), List.of());

    @Override
    public Present require(String reference) {
        throw CriFailure.notFound("no image " + reference);
    }

    @Override
    public LayerStack layers(String imageId) {
        return layers;
    }

    @Override
    public byte[] file(String imageId, String path, int limit) {
        return new byte[0];
    }

    @Override
    public void hold(String container, List<String> imageIds) {
        held.put(container, List.copyOf(imageIds));
    }

    @Override
    public void release(String container) {
        held.remove(container);
    }
}
