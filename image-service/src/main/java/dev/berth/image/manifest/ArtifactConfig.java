package dev.berth.image.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.image.json.Json;
import dev.berth.image.reference.Digest;

/**
 * The configuration that an artifact is kept under, since its own says nothing of images: one layer for each file, named by what
 * and where the file is, and the digest of the manifest, so that its id is its own.
 */
public final class ArtifactConfig {
    private ArtifactConfig() {}

    /** @param manifest as it was served */
    public static byte[] bytes(Document.Artifact artifact, byte[] manifest) {
        ObjectNode config = Json.object();
        config.put("artifact", Digest.of(manifest).toString());
        ObjectNode rootfs = config.putObject("rootfs");
        rootfs.put("type", "layers");
        ArrayNode layers = rootfs.putArray("diff_ids");
        for (ArtifactFile file : artifact.files()) {
            String identity = "file %s %s".formatted(file.blob().digest(), file.path());
            layers.add(Digest.of(identity.getBytes(UTF_8)).toString());
        }
        return Json.write(config);
    }
}
