package dev.berth.cri.image;

import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.failure.CriFailure;
import dev.berth.image.ImageService;
import dev.berth.image.ImageSettings;
import dev.berth.image.store.Hold;
import dev.berth.image.store.Image;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.state.v1.ContainerRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The images of the store as containers need them. */
public final class StoredImages implements Images, AutoCloseable {
    private final ImageService service;
    private final Map<String, List<Hold>> holds = new ConcurrentHashMap<>();

    private StoredImages(ImageService service) {
        this.service = service;
    }

    /** Opens the store; layers of the images of {@code containers} stay even when the image was removed meanwhile. */
    public static StoredImages open(Kernel kernel, BerthConfig config, List<ContainerRecord> containers) {
        Set<String> held = new HashSet<>();
        containers.forEach(container -> held.addAll(Images.usedBy(container)));
        StoredImages images =
                new StoredImages(new ImageService(kernel, settings(config).withHeld(held::contains)));
        for (ContainerRecord container : containers) {
            images.hold(container.getId(), Images.usedBy(container));
        }
        return images;
    }

    /** The settings of the store that a configuration asks for. */
    public static ImageSettings settings(BerthConfig config) {
        BerthConfig.Images images = config.images();
        return ImageSettings.of(
                        config.root().resolve("images"),
                        images.registryConfigDir(),
                        images.dockerConfig().orElse(null))
                .withProgressTimeout(images.progressTimeout())
                .withMaxConcurrentLayers(images.maxConcurrentDownloads())
                .withPinned(Set.copyOf(images.pinned()));
    }

    public ImageService service() {
        return service;
    }

    @Override
    public Present require(String reference) {
        Image image = service.find(reference);
        if (image == null) {
            throw CriFailure.notFound("the image %s is not on this node; pull it first".formatted(reference));
        }
        String name = image.repoTags().isEmpty() ? image.id() : image.repoTags().getFirst();
        return new Present(image.id(), name, image.config());
    }

    @Override
    public LayerStack layers(String imageId) {
        return service.layers(imageId);
    }

    @Override
    public byte[] file(String imageId, String path, int limit) {
        byte[] bytes = service.files().read(imageId, path, limit);
        return bytes == null ? new byte[0] : bytes;
    }

    @Override
    public void hold(String container, List<String> imageIds) {
        List<Hold> taken = new ArrayList<>();
        imageIds.forEach(id -> taken.add(service.hold(id)));
        holds.put(container, taken);
    }

    @Override
    public void release(String container) {
        List<Hold> taken = holds.remove(container);
        if (taken != null) {
            taken.forEach(Hold::close);
        }
    }

    @Override
    public void close() {
        service.close();
    }
}
