package dev.berth.cri.image;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.ImageStatusRequest;
import dev.berth.cri.v1.ImageStatusResponse;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.store.Image;

/** ImageStatus. An absent image is an answer without image, not an error. */
final class ImageStatusGet implements Rpc<ImageStatusRequest, ImageStatusResponse> {
    private final StoredImages images;

    ImageStatusGet(StoredImages images) {
        this.images = images;
    }

    @Override
    public ImageStatusResponse call(ImageStatusRequest request) {
        ImageStatusResponse.Builder response = ImageStatusResponse.newBuilder();
        String reference = request.getImage().getImage();
        Image image = reference.isEmpty() ? null : images.service().find(reference);
        if (image != null) {
            response.setImage(ImageView.of(image));
            if (request.getVerbose()) {
                response.putInfo("info", info(image.config()));
            }
        }
        return response.build();
    }

    private static String info(ImageConfig config) {
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        ObjectNode spec = info.putObject("imageSpec");
        config.entrypoint().forEach(spec.withArray("entrypoint")::add);
        config.cmd().forEach(spec.withArray("cmd")::add);
        config.env().forEach(spec.withArray("env")::add);
        config.volumes().forEach(spec.withArray("volumes")::add);
        ObjectNode labels = spec.putObject("labels");
        config.labels().forEach(labels::put);
        spec.put("user", config.user());
        spec.put("workingDir", config.workingDir());
        spec.put("stopSignal", config.stopSignal());
        return info.toString();
    }
}
