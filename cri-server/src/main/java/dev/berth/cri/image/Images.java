package dev.berth.cri.image;

import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.store.LayerStack;
import dev.berth.state.v1.ContainerRecord;
import java.util.ArrayList;
import java.util.List;

/** What containers need of images. */
public interface Images {
    /**
     * An image that is present.
     *
     * @param id the digest of its config
     * @param reference how a client may name it: its first tag, its first digest or its id
     */
    record Present(String id, String reference, ImageConfig config) {}

    /** Finds by tag, digest, id or unique prefix; fails with NOT_FOUND and the advice to pull. */
    Present require(String reference);

    /** Where the layers of an image are. */
    LayerStack layers(String imageId);

    /** A file of the image's merged root, at most {@code limit} bytes; empty when there is none. */
    byte[] file(String imageId, String path, int limit);

    /** Keeps the layers of an image for as long as {@code container} is not released, across restarts. */
    void hold(String container, List<String> imageIds);

    void release(String container);

    /** The image that a container runs and those that it mounts. */
    static List<String> usedBy(ContainerRecord container) {
        List<String> ids = new ArrayList<>(container.getVolumeImagesList());
        ids.addFirst(container.getImageId());
        return ids;
    }
}
