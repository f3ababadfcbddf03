package dev.berth.cri.image;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ImageFilter;
import dev.berth.cri.v1.ListImagesRequest;
import dev.berth.cri.v1.ListImagesResponse;
import dev.berth.image.store.Image;
import java.util.List;

/** ListImages. An empty filter means all. */
final class ImageList implements Rpc<ListImagesRequest, ListImagesResponse> {
    private final StoredImages images;

    ImageList(StoredImages images) {
        this.images = images;
    }

    @Override
    public ListImagesResponse call(ListImagesRequest request) {
        ListImagesResponse.Builder response = ListImagesResponse.newBuilder();
        select(images, request.getFilter()).forEach(image -> response.addImages(ImageView.of(image)));
        return response.build();
    }

    /** The images of a filter, as they are now. */
    static List<Image> select(StoredImages images, ImageFilter filter) {
        String wanted = filter.getImage().getImage();
        if (wanted.isEmpty()) {
            return List.copyOf(images.service().list());
        }
        Image image = images.service().find(wanted);
        return image == null ? List.of() : List.of(image);
    }
}
