package dev.berth.image.registry;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import dev.berth.image.manifest.Descriptor;
import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.reference.Digest;
import dev.berth.image.reference.Reference;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The repository of one reference, on one or several servers that are tried in their order. */
public final class Repository {
    private static final System.Logger LOG = System.getLogger(Repository.class.getName());

    private final Reference reference;
    private final List<Endpoint> resolvers;
    private final List<Endpoint> pullers;
    private final Retry retry;

    Repository(Reference reference, List<Endpoint> resolvers, List<Endpoint> pullers, Retry retry) {
        this.reference = reference;
        this.resolvers = resolvers;
        this.pullers = pullers;
        this.retry = retry;
    }

    /**
     * A manifest or an index as it was served.
     *
     * @param contentType the server's word on the type; empty when it has none
     */
    public record Served(byte[] bytes, Digest digest, String contentType) {}

    /** What the reference names: by its digest when it has one, else by its tag. */
    public Served resolve() {
        Digest digest = reference.digest();
        return digest != null ? manifest(digest) : first(resolvers, endpoint -> served(endpoint, reference.wanted()));
    }

    /** A manifest by digest, verified. */
    public Served manifest(Digest digest) {
        return first(pullers, endpoint -> {
            Served served = served(endpoint, digest.toString());
            if (!digest.names(served.bytes())) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "%s was asked for manifest %s and sent %s".formatted(endpoint.host(), digest, served.digest()));
            }
            return new Served(served.bytes(), digest, served.contentType());
        });
    }

    /** A small blob, verified. */
    public byte[] blob(Descriptor blob) {
        if (blob.size() > Json.LONGEST) {
            throw new ImageFailure(
                    ImageFailure.Kind.UNSUPPORTED,
                    "blob %s has %d bytes, more than %d".formatted(blob.digest(), blob.size(), Json.LONGEST));
        }
        try (InputStream in = open(blob)) {
            byte[] bytes = in.readNBytes((int) blob.size() + 1);
            if (!blob.digest().names(bytes)) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "the registry was asked for %s and sent %s".formatted(blob.digest(), Digest.of(bytes)));
            }
            return bytes;
        } catch (IOException e) {
            throw new ImageFailure(ImageFailure.Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }

    /** The bytes of a blob as they come, resumed when the download breaks; the caller verifies them. */
    public InputStream open(Descriptor blob) {
        if (pullers.isEmpty()) {
            throw nobody("pull");
        }
        return new BufferedInputStream(new BlobStream(pullers, blob, retry), 1 << 16);
    }

    private Served served(Endpoint endpoint, String wanted) {
        return retry.run("%s: manifest %s of %s".formatted(endpoint.host(), wanted, reference.name()), () -> {
            HttpResponse<BodyStream> response =
                    endpoint.get("manifests/" + wanted, Map.of("Accept", String.join(", ", MediaTypes.ACCEPTED)));
            try (BodyStream body = response.body()) {
                byte[] bytes = body.readNBytes(Json.LONGEST + 1);
                if (bytes.length > Json.LONGEST) {
                    throw new ImageFailure(
                            ImageFailure.Kind.CORRUPT,
                            "%s sends a manifest of more than %d bytes for %s"
                                    .formatted(endpoint.host(), Json.LONGEST, reference));
                }
                String type = response.headers().firstValue("Content-Type").orElse("");
                return new Served(bytes, Digest.of(bytes), type);
            }
        });
    }

    private interface Asking<T> {
        T of(Endpoint endpoint);
    }

    /** The first server's good answer; when none has one, the last server's failure with those of the others named. */
    private <T> T first(List<Endpoint> endpoints, Asking<T> asking) {
        List<String> others = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint endpoint = endpoints.get(i);
            try {
                return asking.of(endpoint);
            } catch (ImageFailure e) {
                if (i == endpoints.size() - 1 || e.kind() == ImageFailure.Kind.CANCELLED) {
                    throw told(e, others);
                }
                LOG.log(System.Logger.Level.INFO, "{0}: trying the next server after: {1}", reference, e.getMessage());
                others.add(String.valueOf(e.getMessage()));
            }
        }
        throw nobody("resolve");
    }

    private static ImageFailure told(ImageFailure last, List<String> others) {
        return others.isEmpty()
                ? last
                : new ImageFailure(
                        last.kind(),
                        "%s (before that: %s)".formatted(last.getMessage(), String.join("; ", others)),
                        last);
    }

    private ImageFailure nobody(String capability) {
        return new ImageFailure(
                ImageFailure.Kind.UNAVAILABLE,
                "no server configured for %s has the capability to %s".formatted(reference.host(), capability));
    }
}
