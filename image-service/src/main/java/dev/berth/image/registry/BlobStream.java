package dev.berth.image.registry;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.manifest.Descriptor;
import dev.berth.image.stream.BlockStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a blob: exactly as many as its descriptor says. A download that breaks goes on where it stopped, on the same
 * server while the retries last and then on the next. The bytes are not verified here.
 */
final class BlobStream extends BlockStream {
    private final List<Endpoint> endpoints;
    private final Descriptor blob;
    private final Retry retry;
    private @Nullable InputStream open;
    private @Nullable ImageFailure ended;
    private int endpoint;
    private int failures;
    private long position;

    BlobStream(List<Endpoint> endpoints, Descriptor blob, Retry retry) {
        this.endpoints = endpoints;
        this.blob = blob;
        this.retry = retry;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (ended != null) {
            throw ended;
        }
        while (true) {
            try {
                int got = readOnce(into, offset, length);
                failures = 0;
                return got;
            } catch (IOException e) {
                close();
                failures++;
                again(e);
            } catch (ImageFailure e) {
                close();
                nextEndpoint(e);
            }
        }
    }

    private int readOnce(byte[] into, int offset, int length) throws IOException {
        InputStream in = open;
        if (in == null) {
            if (position == blob.size()) {
                return -1;
            }
            in = open();
            open = in;
        }
        int got = in.read(into, offset, length);
        if (got < 0 && position < blob.size()) {
            throw new EOFException("%s ended after %d of %d bytes".formatted(blob.digest(), position, blob.size()));
        }
        position += Math.max(got, 0);
        if (position > blob.size()) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s sends more than the %d bytes that %s has".formatted(here().host(), blob.size(), blob.digest()));
        }
        return got;
    }

    private Endpoint here() {
        return endpoints.get(endpoint);
    }

    private void again(IOException failure) {
        try {
            retry.pause("%s: blob %s".formatted(here().host(), blob.digest()), failures, failure);
        } catch (ImageFailure e) {
            nextEndpoint(e);
        }
    }

    private void nextEndpoint(ImageFailure failure) {
        boolean last = endpoint + 1 >= endpoints.size();
        if (last || failure.kind() == ImageFailure.Kind.CANCELLED || failure.kind() == ImageFailure.Kind.CORRUPT) {
            // A cancelled read may be taken up again by another thread; any other end is the end.
            ended = failure.kind() == ImageFailure.Kind.CANCELLED ? null : failure;
            throw failure;
        }
        endpoint++;
        failures = 0;
    }

    private InputStream open() throws IOException {
        Map<String, String> headers = position == 0 ? Map.of() : Map.of("Range", "bytes=%d-".formatted(position));
        HttpResponse<BodyStream> response = here().get("blobs/" + blob.digest(), headers);
        if (position > 0) {
            resume(response);
        }
        return response.body();
    }

    /** Brings a response to where we stopped: it starts there, or at the beginning when the server does not do ranges. */
    private void resume(HttpResponse<BodyStream> response) throws IOException {
        if (response.statusCode() == 200) {
            response.body().skipNBytes(position);
            return;
        }
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes %d-".formatted(position))) {
            response.body().close();
            throw new ImageFailure(
                    ImageFailure.Kind.UNAVAILABLE,
                    "%s was asked to go on at byte %d and sent \"%s\"".formatted(here().host(), position, range));
        }
    }

    @Override
    public void close() {
        InputStream closing = open;
        open = null;
        if (closing instanceof BodyStream body) {
            body.close();
        }
    }
}
