package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.image.manifest.MediaTypes;
import dev.berth.image.reference.Digest;
import java.util.ArrayList;
import java.util.List;

/** An image put together in memory: its blobs and its manifest. */
public final class TestImage {
    public record Layer(byte[] plain, byte[] served) {
        public Digest diffId() {
            return Digest.of(plain);
        }
    }

    private final List<Layer> layers = new ArrayList<>();
    private String user = "";

    public TestImage user(String name) {
        user = name;
        return this;
    }

    public TestImage layer(Tars tars) {
        byte[] plain = tars.bytes();
        return layer(plain, Tars.gzip(plain));
    }

    public TestImage layer(byte[] plain, byte[] served) {
        layers.add(new Layer(plain, served));
        return this;
    }

    public List<Layer> layers() {
        return layers;
    }

    public byte[] config() {
        List<String> diffIds =
                layers.stream().map(layer -> "\"" + layer.diffId() + "\"").toList();
        return "{\"os\":\"linux\",\"architecture\":\"%s\",\"config\":{\"Cmd\":[\"/bin/sh\"],\"User\":\"%s\"},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                .formatted(System.getProperty("os.arch").replace("x86_64", "amd64"), user, String.join(",", diffIds))
                .getBytes(UTF_8);
    }

    public String id() {
        return Digest.of(config()).toString();
    }

    public byte[] manifest() {
        List<String> descriptors = layers.stream()
                .map(layer -> descriptor(MediaTypes.OCI_LAYER + "+gzip", layer.served()))
                .toList();
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                        MediaTypes.OCI_MANIFEST,
                        descriptor(MediaTypes.OCI_CONFIG, config()),
                        String.join(",", descriptors))
                .getBytes(UTF_8);
    }

    public static String descriptor(String type, byte[] bytes) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, Digest.of(bytes), bytes.length);
    }

    /** An index with this image for this machine and another one for a machine that is not. */
    public byte[] index() {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        String here = descriptor(MediaTypes.OCI_MANIFEST, manifest())
                .replace("}", ",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}".formatted(architecture));
        String elsewhere = descriptor(MediaTypes.OCI_MANIFEST, new byte[1])
                .replace("}", ",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}}");
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s,%s]}"
                .formatted(MediaTypes.OCI_INDEX, elsewhere, here)
                .getBytes(UTF_8);
    }

    /** Puts the image into a registry and returns the digest of its manifest. */
    public Digest push(FakeRegistry registry, String repository, String tag) {
        registry.blob(config());
        layers.forEach(layer -> registry.blob(layer.served()));
        return registry.manifest(repository, tag, manifest(), MediaTypes.OCI_MANIFEST);
    }
}
