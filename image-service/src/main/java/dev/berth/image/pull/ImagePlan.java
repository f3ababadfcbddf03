package dev.berth.image.pull;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.store.ImageContent;
import dev.berth.image.store.ImageNames;
import java.util.List;

/**
 * An image that can be installed: everything small is here, the layers are still where they are.
 *
 * @param what names the image in failures
 * @param layers bottom first, one for each diff id of the configuration
 */
public record ImagePlan(String what, ImageContent content, List<LayerSource> layers, ImageNames names) {
    public ImagePlan {
        layers = List.copyOf(layers);
        int expected = content.config().diffIds().size();
        if (layers.size() != expected) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s has %d layers in its manifest and %d in its config".formatted(what, layers.size(), expected));
        }
    }
}
