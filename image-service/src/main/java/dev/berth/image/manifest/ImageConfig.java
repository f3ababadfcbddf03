package dev.berth.image.manifest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import dev.berth.image.reference.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an image says about running it: the OCI image configuration. It is advice from whoever made the image, never policy.
 *
 * @param entrypoint empty when there is none
 * @param cmd empty when there is none
 * @param env {@code NAME=value}
 * @param user a user or {@code user:group}, by number or name; empty when there is none
 * @param workingDir empty when there is none
 * @param stopSignal a name or number; empty when there is none
 * @param volumes paths inside the container
 * @param exposedPorts {@code port/protocol}
 * @param diffIds digests of the uncompressed layers, bottom first
 * @param created as the image says it, RFC 3339; empty when it does not
 */
public record ImageConfig(
        Platform platform,
        List<String> entrypoint,
        List<String> cmd,
        List<String> env,
        String user,
        String workingDir,
        String stopSignal,
        List<String> volumes,
        Map<String, String> labels,
        List<String> exposedPorts,
        List<Digest> diffIds,
        String created) {
    public ImageConfig {
        diffIds = List.copyOf(diffIds);
    }

    /** Reads a configuration; {@code what} names the image in failures. */
    public static ImageConfig parse(String what, byte[] bytes) {
        Json json = Json.parse("the config of " + what, bytes);
        Json nested = json.object("config");
        Json config = nested == null ? Json.parse("no config", new byte[] {'{', '}'}) : nested;
        return new ImageConfig(
                platform(what, json),
                config.texts("Entrypoint"),
                config.texts("Cmd"),
                config.texts("Env"),
                config.textOrEmpty("User"),
                config.textOrEmpty("WorkingDir"),
                config.textOrEmpty("StopSignal"),
                config.keys("Volumes"),
                config.textMap("Labels"),
                config.keys("ExposedPorts"),
                diffIds(what, json),
                json.textOrEmpty("created"));
    }

    private static Platform platform(String what, Json json) {
        Platform platform = Platform.of(json);
        if (!platform.os().isEmpty() && !platform.os().equals("linux")) {
            throw new ImageFailure(
                    ImageFailure.Kind.UNSUPPORTED,
                    "%s is an image for %s; only linux can run here".formatted(what, platform));
        }
        return platform;
    }

    private static List<Digest> diffIds(String what, Json json) {
        Json rootfs = json.object("rootfs");
        List<Digest> ids = new ArrayList<>();
        for (String id : rootfs == null ? List.<String>of() : rootfs.texts("diff_ids")) {
            if (!Digest.isDigest(id)) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "the config of %s names a layer \"%s\", which is not a digest".formatted(what, id));
            }
            ids.add(Digest.parse(id));
        }
        return ids;
    }

    /**
     * The chain ids of the layers, bottom first: each names a layer together with everything beneath it. All are sha256, also
     * where a diff id is not.
     */
    public List<Digest> chainIds() {
        List<Digest> chain = new ArrayList<>();
        for (Digest diffId : diffIds) {
            if (chain.isEmpty() && diffId.algorithm().equals("sha256")) {
                chain.add(diffId);
            } else {
                String text = chain.isEmpty() ? diffId.toString() : chain.getLast() + " " + diffId;
                chain.add(Digest.of(text.getBytes(US_ASCII)));
            }
        }
        return List.copyOf(chain);
    }
}
