package dev.berth.tests.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/**
 * An OCI image of gzip layers: the blobs and the manifest that a registry is given.
 *
 * @param blobs layers and the configuration
 * @param manifest the bytes of the manifest
 */
public record OciImage(List<Blob> blobs, byte[] manifest) {
    public static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final ObjectMapper JSON = new ObjectMapper();

    public OciImage {
        blobs = List.copyOf(blobs);
    }

    /** Bytes that are named by their digest. */
    public record Blob(String digest, byte[] bytes) {
        public static Blob of(byte[] bytes) {
            return new Blob(sha256(bytes), bytes);
        }
    }

    /** An image of these uncompressed layers; the consumer fills the `config` object of the configuration. */
    public static OciImage of(List<byte[]> layers, Consumer<ObjectNode> config) {
        List<Blob> blobs = new ArrayList<>();
        ArrayNode diffIds = JSON.createArrayNode();
        ArrayNode descriptors = JSON.createArrayNode();
        for (byte[] layer : layers) {
            Blob blob = Blob.of(gzip(layer));
            blobs.add(blob);
            diffIds.add(sha256(layer));
            descriptors.add(descriptor(LAYER_TYPE, blob));
        }
        Blob configuration = Blob.of(bytes(configuration(diffIds, config)));
        blobs.add(configuration);
        ObjectNode manifest = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", MANIFEST_TYPE);
        manifest.set("config", descriptor(CONFIG_TYPE, configuration));
        manifest.set("layers", descriptors);
        return new OciImage(blobs, bytes(manifest));
    }

    public String digest() {
        return sha256(manifest);
    }

    /** The digest of the configuration, which is the id of the image. */
    public String id() {
        return blobs.getLast().digest();
    }

    private static ObjectNode configuration(ArrayNode diffIds, Consumer<ObjectNode> config) {
        ObjectNode root = JSON.createObjectNode()
                .put("created", "2026-01-01T00:00:00Z")
                .put("architecture", "amd64")
                .put("os", "linux");
        ObjectNode inner = root.putObject("config");
        inner.putArray("Env").add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        config.accept(inner);
        root.putObject("rootfs").put("type", "layers").set("diff_ids", diffIds);
        return root;
    }

    private static ObjectNode descriptor(String mediaType, Blob blob) {
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", blob.digest())
                .put("size", blob.bytes().length);
    }

    private static byte[] bytes(ObjectNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static String sha256(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
