package dev.berth.cri.image;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.AuthConfig;
import dev.berth.cri.v1.PullImageRequest;
import dev.berth.cri.v1.PullImageResponse;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.Credentials;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** PullImage. The same pull asked for again meanwhile is done once; credentials never reach a log. */
final class ImagePull implements Rpc<PullImageRequest, PullImageResponse> {
    private final StoredImages images;
    private final Metrics metrics;

    ImagePull(StoredImages images, Metrics metrics) {
        this.images = images;
        this.metrics = metrics;
    }

    @Override
    public PullImageResponse call(PullImageRequest request) throws InterruptedException {
        String asked = request.getImage().getImage();
        if (asked.isEmpty()) {
            throw CriFailure.invalid("the image to pull is empty; give image.image, such as registry.example/app:1");
        }
        LongAdder received = new LongAdder();
        long start = System.nanoTime();
        String outcome = "failed";
        try {
            String id = pull(asked, credentials(request), received);
            outcome = received.sum() == 0 ? "present" : "done";
            return PullImageResponse.newBuilder().setImageRef(id).build();
        } finally {
            metrics.pull(outcome, Duration.ofNanos(System.nanoTime() - start), received.sum());
        }
    }

    private String pull(String asked, @Nullable Credentials credentials, LongAdder received)
            throws InterruptedException {
        PullProgress counting = new PullProgress() {
            @Override
            public void layerBytes(Digest layer, long count) {
                received.add(count);
            }
        };
        try {
            return images.service()
                    .pull(Reference.parse(asked), credentials, counting)
                    .id();
        } catch (ImageFailure failure) {
            if (failure.kind() == ImageFailure.Kind.CANCELLED && Thread.interrupted()) {
                throw new InterruptedException("the pull of " + asked + " is not waited for any more");
            }
            throw ImageFailures.told(failure);
        }
    }

    private static @Nullable Credentials credentials(PullImageRequest request) {
        if (!request.hasAuth()) {
            return null;
        }
        AuthConfig auth = request.getAuth();
        return new Credentials(
                auth.getUsername(),
                auth.getPassword(),
                auth.getAuth(),
                auth.getIdentityToken(),
                auth.getRegistryToken(),
                auth.getServerAddress());
    }
}
