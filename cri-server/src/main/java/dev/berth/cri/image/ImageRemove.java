package dev.berth.cri.image;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.RemoveImageRequest;
import dev.berth.cri.v1.RemoveImageResponse;
import dev.berth.image.failure.ImageFailure;

/** RemoveImage: the image with all its names. Idempotent; layers stay for as long as a container uses them. */
final class ImageRemove implements Rpc<RemoveImageRequest, RemoveImageResponse> {
    private final StoredImages images;

    ImageRemove(StoredImages images) {
        this.images = images;
    }

    @Override
    public RemoveImageResponse call(RemoveImageRequest request) {
        String reference = request.getImage().getImage();
        if (reference.isEmpty()) {
            throw CriFailure.invalid("the image to remove is empty; give image.image: a tag, a digest or an id");
        }
        try {
            images.service().remove(reference);
        } catch (ImageFailure failure) {
            throw ImageFailures.told(failure);
        }
        return RemoveImageResponse.getDefaultInstance();
    }
}
