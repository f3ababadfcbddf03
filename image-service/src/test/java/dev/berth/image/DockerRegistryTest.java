package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.reference.Digest;
import dev.berth.image.store.Image;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from the registry that everyone runs, as Debian packages it. */
class DockerRegistryTest {
    private static final Path BINARY = Path.of("/usr/bin/docker-registry");

    @TempDir
    Path dir;

    private final HttpClient client = HttpClient.newHttpClient();
    private Process registry;
    private String address;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(BINARY), "docker-registry is not installed (Debian package docker-registry)");
        address = "127.0.0.1:" + freePort();
        Files.writeString(dir.resolve("registry.yml"), """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: '%s'}
                """.formatted(dir.resolve("registry"), address));
        registry = new ProcessBuilder(
                        BINARY.toString(), "serve", dir.resolve("registry.yml").toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("registry.log").toFile())
                .start();
        Node.eventually(() -> assertEquals(200, status("/v2/")));
        node = new Node(dir.resolve("node"));
        FakeRegistry.mirror(node.hosts(), address, "server = \"http://%s\"\n".formatted(address));
        FakeRegistry.mirror(node.hosts(), "registry.k8s.io", "[host.\"http://%s\"]\n".formatted(address));
    }

    @AfterEach
    void stop() throws Exception {
        if (node != null) {
            node.close();
        }
        if (registry != null) {
            registry.destroy();
            assertTrue(registry.waitFor(10, TimeUnit.SECONDS));
        }
        client.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private int status(String path) {
        try {
            return send(HttpRequest.newBuilder(URI.create("http://" + address + path)))
                    .statusCode();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void pushBlob(String repository, byte[] bytes) throws IOException {
        URI uploads = URI.create("http://%s/v2/%s/blobs/uploads/".formatted(address, repository));
        HttpResponse<String> upload = send(HttpRequest.newBuilder(uploads).POST(HttpRequest.BodyPublishers.noBody()));
        assertEquals(202, upload.statusCode(), upload.body());
        URI location = uploads.resolve(upload.headers().firstValue("Location").orElseThrow());
        URI whole = URI.create(location + (location.getQuery() == null ? "?" : "&") + "digest=" + Digest.of(bytes));
        HttpResponse<String> put =
                send(HttpRequest.newBuilder(whole).PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
        assertEquals(201, put.statusCode(), put.body());
    }

    private void pushManifest(String repository, String reference, byte[] bytes, String type) throws IOException {
        URI uri = URI.create("http://%s/v2/%s/manifests/%s".formatted(address, repository, reference));
        HttpResponse<String> put = send(HttpRequest.newBuilder(uri)
                .header("Content-Type", type)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
        assertEquals(201, put.statusCode(), put.body());
    }

    private void push(TestImage image, String repository, String tag) throws IOException {
        pushBlob(repository, image.config());
        for (TestImage.Layer layer : image.layers()) {
            pushBlob(repository, layer.served());
        }
        pushManifest(repository, tag, image.manifest(), MediaTypes.OCI_MANIFEST);
    }

    private static TestImage image(String name) {
        byte[] noise = new byte[2_000_000];
        new Random(5).nextBytes(noise);
        return new TestImage()
                .layer(new Tars().entry('0', "noise", "", noise))
                .layer(new Tars().with(04755, 1, 2).file("bin/" + name, name));
    }

    @Test
    void imagesArePulledByTagAndByDigest() throws Exception {
        TestImage made = image("one");
        push(made, "library/one", "1");
        Image image = node.pull(address + "/library/one:1");
        assertEquals(made.id(), image.id());
        assertEquals(List.of(address + "/library/one:1"), image.repoTags());
        String byDigest = address + "/library/one@" + Digest.of(made.manifest());
        assertEquals(List.of(byDigest), image.repoDigests());
        node.service().remove(image.id());
        Image again = node.pull(byDigest);
        assertEquals(List.of(), again.repoTags());
        assertEquals(List.of(byDigest), again.repoDigests());
        byte[] file = node.service().files().read(again.id(), "bin/one", 100);
        assertEquals("one", file == null ? "" : new String(file, UTF_8));
    }

    @Test
    void aRegistryIsRedirectedToALocalOneUnderItsOwnName() throws Exception {
        push(image("pause"), "pause", "3.9");
        Image image = node.pull("registry.k8s.io/pause:3.9");
        assertEquals(List.of("registry.k8s.io/pause:3.9"), image.repoTags());
    }

    @Test
    void downloadsOfOneRealRegistryResumeByRange() throws Exception {
        TestImage made = image("ranges");
        push(made, "ranges", "1");
        Digest blob = Digest.of(made.layers().getFirst().served());
        HttpResponse<String> part =
                send(HttpRequest.newBuilder(URI.create("http://%s/v2/ranges/blobs/%s".formatted(address, blob)))
                        .header("Range", "bytes=1000-"));
        assertEquals(206, part.statusCode());
    }
}
