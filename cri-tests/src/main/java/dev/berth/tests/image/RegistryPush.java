package dev.berth.tests.image;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Uploads images to a registry by plain http. */
public final class RegistryPush {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String registry;

    /** Pushes to this host and port. */
    public RegistryPush(String registry) {
        this.registry = registry;
    }

    /** Makes the image available as NAME:TAG. */
    public void push(String repository, String tag, OciImage image) throws IOException, InterruptedException {
        for (OciImage.Blob blob : image.blobs()) {
            pushBlob(repository, blob);
        }
        putManifest(repository, tag, OciImage.MANIFEST_TYPE, image.manifest());
    }

    /** Uploads manifest bytes as they are, right or wrong. */
    public void putManifest(String repository, String tag, String mediaType, byte[] manifest)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://%s/v2/%s/manifests/%s".formatted(registry, repository, tag));
        expect(
                201,
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", mediaType)
                        .PUT(BodyPublishers.ofByteArray(manifest))
                        .build());
    }

    /** Uploads one blob unless the registry has it. */
    public void pushBlob(String repository, OciImage.Blob blob) throws IOException, InterruptedException {
        URI known = URI.create("http://%s/v2/%s/blobs/%s".formatted(registry, repository, blob.digest()));
        if (send(HttpRequest.newBuilder(known).HEAD().build()).statusCode() == 200) {
            return;
        }
        URI uploads = URI.create("http://%s/v2/%s/blobs/uploads/".formatted(registry, repository));
        HttpResponse<byte[]> begun = expect(
                202,
                HttpRequest.newBuilder(uploads).POST(BodyPublishers.noBody()).build());
        String location = begun.headers().firstValue("Location").orElseThrow();
        String separator = location.contains("?") ? "&" : "?";
        URI put = uploads.resolve(location + separator + "digest=" + blob.digest());
        expect(
                201,
                HttpRequest.newBuilder(put)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(blob.bytes()))
                        .build());
    }

    private HttpResponse<byte[]> expect(int status, HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = send(request);
        if (response.statusCode() != status) {
            throw new IOException("%s %s answered %d: %s"
                    .formatted(
                            request.method(),
                            request.uri(),
                            response.statusCode(),
                            new String(response.body(), StandardCharsets.UTF_8)));
        }
        return response;
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofByteArray());
    }
}
