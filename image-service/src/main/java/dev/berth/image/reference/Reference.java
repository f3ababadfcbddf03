package dev.berth.image.reference;

import dev.berth.image.failure.ImageFailure;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The full name of an image in a registry: {@code host[:port]/path[:tag][@digest]}. A digest decides what is pulled; a tag
 * beside it is kept for people only.
 *
 * @param host the registry that the name belongs to, with its port if it has one
 * @param path the repository in that registry
 * @param tag null when there is none
 * @param digest null when there is none
 */
public record Reference(
        String host,
        String path,
        @Nullable String tag,
        @Nullable Digest digest) {
    /** Longest host and path together, in characters. */
    public static final int LONGEST_NAME = 255;

    private static final String DOCKER_HUB = "docker.io";
    private static final int LONGEST_TEXT = LONGEST_NAME + 1 + 128 + 1 + 135;
    private static final Pattern HOST = Pattern.compile(
            "(?:\\[[0-9a-fA-F:.]{2,45}]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]{1,5})?");
    private static final Pattern COMPONENT = Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern BARE_ID = Pattern.compile("[0-9a-f]{64}");

    /**
     * Parses what people write: {@code busybox} is {@code docker.io/library/busybox:latest}. Anything that is no name is
     * INVALID_REFERENCE with the part that is wrong.
     */
    public static Reference parse(String text) {
        if (text.isEmpty()) {
            throw new ImageFailure(
                    ImageFailure.Kind.INVALID_REFERENCE, "the image reference is empty: it would be like busybox:1.36");
        }
        if (text.length() > LONGEST_TEXT) {
            throw wrong(text, "it has %d characters, more than %d".formatted(text.length(), LONGEST_TEXT));
        }
        if (BARE_ID.matcher(text).matches()) {
            throw wrong(text, "64 hex digits are the id of an image, not a name in a registry");
        }
        int at = text.indexOf('@');
        Digest digest = at < 0 ? null : digest(text, text.substring(at + 1));
        String named = at < 0 ? text : text.substring(0, at);
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        String tag = colon < 0 ? null : tag(text, named.substring(colon + 1));
        String name = colon < 0 ? named : named.substring(0, colon);
        return named(text, name, tag == null && digest == null ? "latest" : tag, digest);
    }

    private static Reference named(String text, String name, @Nullable String tag, @Nullable Digest digest) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean hosted = isHost(first);
        String host = hosted ? first : DOCKER_HUB;
        String path = hosted ? name.substring(slash + 1) : name;
        if (host.equals("index.docker.io")) {
            host = DOCKER_HUB;
        }
        checkHost(text, host);
        checkPath(text, path);
        if (host.equals(DOCKER_HUB) && path.indexOf('/') < 0) {
            path = "library/" + path;
        }
        if (host.length() + 1 + path.length() > LONGEST_NAME) {
            throw wrong(text, "host and repository have more than %d characters".formatted(LONGEST_NAME));
        }
        return new Reference(host, path, tag, digest);
    }

    /** The first component is a host when it could not be a repository of Docker Hub. */
    private static boolean isHost(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || first.chars().anyMatch(Character::isUpperCase);
    }

    private static void checkHost(String text, String host) {
        if (!HOST.matcher(host).matches()) {
            throw wrong(text, "\"%s\" is not a host or host:port".formatted(host));
        }
        int colon = host.endsWith("]") ? -1 : host.lastIndexOf(':');
        if (colon >= 0) {
            int port = Integer.parseInt(host.substring(colon + 1));
            if (port == 0 || port > 65535) {
                throw wrong(text, "%d is not a port between 1 and 65535".formatted(port));
            }
        }
    }

    private static void checkPath(String text, String path) {
        if (path.isEmpty()) {
            throw wrong(text, "it has no repository");
        }
        if (path.length() > LONGEST_NAME) {
            throw wrong(text, "host and repository have more than %d characters".formatted(LONGEST_NAME));
        }
        for (String component : path.split("/", -1)) {
            if (component.chars().anyMatch(Character::isUpperCase)) {
                throw wrong(text, "a repository is lower-case, \"%s\" is not".formatted(component));
            }
            if (!COMPONENT.matcher(component).matches()) {
                throw wrong(
                        text,
                        "\"%s\" is not part of a repository name (a-z and 0-9, with . _ __ or - between)"
                                .formatted(component));
            }
        }
    }

    private static String tag(String text, String tag) {
        if (!TAG.matcher(tag).matches()) {
            throw wrong(
                    text,
                    "\"%s\" is not a tag (up to 128 of letters, digits, _ . and -, not first . or -)".formatted(tag));
        }
        return tag;
    }

    private static Digest digest(String text, String digest) {
        if (!Digest.isDigest(digest)) {
            throw wrong(text, "\"%s\" is not a digest (sha256: and 64 lower-case hex digits)".formatted(digest));
        }
        return Digest.parse(digest);
    }

    private static ImageFailure wrong(String text, String why) {
        String shown = text.length() <= 300 ? text : text.substring(0, 300) + "...";
        return new ImageFailure(
                ImageFailure.Kind.INVALID_REFERENCE, "\"%s\" is not an image reference: %s".formatted(shown, why));
    }

    /** Host and repository, {@code docker.io/library/busybox}. */
    public String name() {
        return host + "/" + path;
    }

    /** {@code name:tag} as an image's repo tag, or null for a reference by digest. */
    public @Nullable String repoTag() {
        return digest != null || tag == null ? null : name() + ":" + tag;
    }

    /** {@code name@digest} as an image's repo digest. */
    public String repoDigest(Digest of) {
        return name() + "@" + of;
    }

    /** What to ask the registry for: the digest when there is one, else the tag. */
    public String wanted() {
        return digest != null ? digest.toString() : Objects.requireNonNullElse(tag, "latest");
    }

    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
