package dev.berth.cri.command;

import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.image.StoredImages;
import dev.berth.image.ImageService;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.store.Image;
import dev.berth.runtime.kernel.LinuxKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The images of a store that no Berth serves now. */
final class StoreImages implements ImageTool {
    private final ImageService images;

    StoreImages(BerthConfig config) {
        this.images = new ImageService(new LinuxKernel(), StoredImages.settings(config));
    }

    @Override
    public List<Entry> importFrom(Path source, Optional<String> name, Progress progress) {
        PullProgress layers = layers(progress);
        return name
                .map(text -> List.of(images.importArchive(source, Reference.parse(text), layers)))
                .orElseGet(() -> images.importArchive(source, layers))
                .stream()
                .map(StoreImages::entry)
                .toList();
    }

    @Override
    public List<Entry> list() {
        return images.list().stream().map(StoreImages::entry).toList();
    }

    @Override
    public void close() {
        images.close();
    }

    private static Entry entry(Image image) {
        return new Entry(image.id(), image.repoTags(), image.size());
    }

    private static PullProgress layers(Progress progress) {
        Map<Digest, Long> totals = new ConcurrentHashMap<>();
        Map<Digest, Long> done = new ConcurrentHashMap<>();
        return new PullProgress() {
            @Override
            public void layerStarted(Digest layer, long size) {
                totals.put(layer, size);
            }

            @Override
            public void layerBytes(Digest layer, long count) {
                progress.at(layer.toString(), done.merge(layer, count, Long::sum), totals.getOrDefault(layer, 0L));
            }
        };
    }
}
