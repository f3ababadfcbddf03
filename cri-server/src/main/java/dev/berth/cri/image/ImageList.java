package dev.berth.cri.image;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ListImagesRequest;
import dev.berth.cri.v1.ListImagesResponse;
import dev.berth.image.store.Image;

/** ListImages. An empty filter means all. */
final class ImageList implements Rpc<ListImagesRequest, ListImagesResponse> {
    private final StoredImages images;

    ImageList(StoredImages images) {
        this.images = images;
    }

    @Override
    public ListImagesResponse call(ListImagesRequest request) {
        ListImagesResponse.Builder response = ListImagesResponse.newBuilder();
        String wanted = request.getFilter().getImage().getImage();
        if (wanted.isEmpty()) {
            images.service().list().forEach(image -> response.addImages(ImageView.of(image)));
            return response.build();
        }
        Image image = images.service().find(wanted);
        if (image != null) {
            response.addImages(ImageView.of(image));
        }
        return response.build();
    }
}
