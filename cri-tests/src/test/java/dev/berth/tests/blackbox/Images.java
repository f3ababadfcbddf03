package dev.berth.tests.blackbox;

import dev.berth.cri.v1.Image;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.ImageStatusRequest;
import dev.berth.cri.v1.ImageStatusResponse;
import dev.berth.cri.v1.ListImagesRequest;
import dev.berth.cri.v1.RemoveImageRequest;
import dev.berth.tests.image.BusyboxLayer;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What tests of images ask a server.
 *
 * @param node the node of the server and of the registry
 */
record Images(TestNode node) {

    /** An image of one file, unlike any of another content. */
    static OciImage of(String content) {
        byte[] layer = new TarLayer().file("content", content).toBytes();
        return OciImage.of(List.of(layer), config -> config.putArray("Cmd").add("/content"));
    }

    /** A shell image with these users and groups beside those of every shell image, to run as `user`. */
    static OciImage shellOf(String users, String groups, String user) throws IOException, InterruptedException {
        return OciImage.of(List.of(BusyboxLayer.ofDynamic(users, groups)), config -> {
            config.putArray("Cmd").add("/bin/sh");
            config.put("User", user);
        });
    }

    /** Gives an image to the registry as REPOSITORY:TAG; its whole name. */
    String push(String repository, String tag, OciImage image) throws IOException, InterruptedException {
        node.registry().push().push(repository, tag, image);
        return "%s/%s:%s".formatted(TestNode.HOST, repository, tag);
    }

    Optional<Image> status(String name) {
        ImageStatusResponse response = node.client()
                .images()
                .imageStatus(
                        ImageStatusRequest.newBuilder().setImage(spec(name)).build());
        return response.hasImage() ? Optional.of(response.getImage()) : Optional.empty();
    }

    void remove(String name) {
        node.client()
                .images()
                .removeImage(
                        RemoveImageRequest.newBuilder().setImage(spec(name)).build());
    }

    List<Image> list() {
        return node.client()
                .images()
                .listImages(ListImagesRequest.getDefaultInstance())
                .getImagesList();
    }

    static ImageSpec spec(String name) {
        return ImageSpec.newBuilder().setImage(name).build();
    }
}
