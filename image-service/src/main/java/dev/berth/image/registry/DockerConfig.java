package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.image.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The node's own credentials: docker's {@code config.json}, read anew for every pull so that a change needs no restart. */
public final class DockerConfig {
    private static final System.Logger LOG = System.getLogger(DockerConfig.class.getName());

    private final Json auths;

    private DockerConfig(Json auths) {
        this.auths = auths;
    }

    /** Reads the file; one that is absent or unreadable holds nothing (the latter is logged). */
    static DockerConfig read(@Nullable Path file) {
        if (file != null) {
            try (InputStream in = Files.newInputStream(file)) {
                return parse(in.readNBytes(Json.LONGEST));
            } catch (NoSuchFileException _) {
                LOG.log(System.Logger.Level.DEBUG, "there is no {0}", file);
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "credentials in {0} cannot be used: {1}", file, e.getMessage());
            }
        }
        return parse("{}".getBytes(UTF_8));
    }

    static DockerConfig parse(byte[] bytes) {
        return new DockerConfig(Json.parse("docker's config.json", bytes));
    }

    /** The entry for a registry, the one with the longest matching path first; null when there is none. */
    @Nullable
    Credentials find(String host, String path) {
        String best = null;
        int bestLength = -1;
        for (String key : auths.keys("auths")) {
            int length = match(key, host, path);
            if (length > bestLength) {
                best = key;
                bestLength = length;
            }
        }
        Json all = auths.object("auths");
        Json entry = best == null || all == null ? null : all.object(best);
        return entry == null ? null : credentials(entry);
    }

    /** The length of the path that a key and the image have in common, or -1 when the key is for something else. */
    private static int match(String key, String host, String path) {
        String bare = key.replaceFirst("^[a-zA-Z]+://", "").replaceFirst("/+$", "");
        int slash = bare.indexOf('/');
        String keyHost = slash < 0 ? bare : bare.substring(0, slash);
        String keyPath = slash < 0 ? "" : bare.substring(slash + 1);
        if (!Credentials.sameRegistry(keyHost, host)) {
            return -1;
        }
        if (keyPath.isEmpty() || keyPath.equals("v1") || keyPath.equals("v2")) {
            return 0;
        }
        return path.equals(keyPath) || path.startsWith(keyPath + "/") ? keyPath.length() : -1;
    }

    private static Credentials credentials(Json entry) {
        return new Credentials(
                entry.textOrEmpty("username"),
                entry.textOrEmpty("password"),
                entry.textOrEmpty("auth"),
                entry.textOrEmpty("identitytoken"),
                entry.textOrEmpty("registrytoken"),
                "");
    }
}
