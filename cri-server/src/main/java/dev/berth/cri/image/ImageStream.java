package dev.berth.cri.image;

import dev.berth.cri.server.Chunks;
import dev.berth.cri.server.StreamRpc;
import dev.berth.cri.v1.StreamImagesRequest;
import dev.berth.cri.v1.StreamImagesResponse;
import java.util.function.Consumer;

/** StreamImages: what ListImages tells, in messages of bounded size. */
final class ImageStream implements StreamRpc<StreamImagesRequest, StreamImagesResponse> {
    private final StoredImages images;

    ImageStream(StoredImages images) {
        this.images = images;
    }

    @Override
    public void call(StreamImagesRequest request, Consumer<StreamImagesResponse> out) {
        Chunks.send(
                ImageList.select(images, request.getFilter()),
                ImageView::of,
                items -> StreamImagesResponse.newBuilder().addAllImages(items).build(),
                out);
    }
}
