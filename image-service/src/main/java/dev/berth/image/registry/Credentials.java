package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.image.failure.ImageFailure;
import java.util.Base64;

/**
 * What the caller of a pull knows about logging in: the fields of CRI's AuthConfig, empty where absent. Never printed.
 *
 * @param auth base64 of {@code username:password}
 * @param identityToken a refresh token that buys bearer tokens
 * @param registryToken a bearer token for the registry itself
 * @param serverAddress the only registry that may see the rest; empty means the registry of the image's name
 */
public record Credentials(
        String username,
        String password,
        String auth,
        String identityToken,
        String registryToken,
        String serverAddress) {

    public static Credentials basic(String username, String password) {
        return new Credentials(username, password, "", "", "", "");
    }

    /** The strongest form that is filled in. */
    Secret secret() {
        if (!registryToken.isEmpty()) {
            return new Secret.RegistryToken(registryToken);
        }
        if (!identityToken.isEmpty()) {
            return new Secret.IdentityToken(identityToken);
        }
        if (!username.isEmpty()) {
            return new Secret.Basic(username, password);
        }
        return auth.isEmpty() ? new Secret.Anonymous() : decode(auth);
    }

    private static Secret decode(String auth) {
        String decoded;
        try {
            decoded = new String(Base64.getDecoder().decode(auth.strip()), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ImageFailure(
                    ImageFailure.Kind.DENIED,
                    "the auth field of the credentials is not base64 of username:password",
                    e);
        }
        int colon = decoded.indexOf(':');
        if (colon < 0) {
            throw new ImageFailure(
                    ImageFailure.Kind.DENIED,
                    "the auth field of the credentials has no colon between username and password");
        }
        return new Secret.Basic(
                decoded.substring(0, colon), decoded.substring(colon + 1).replaceFirst("\0+$", ""));
    }

    /**
     * Whether a registry may see these: it is the one they are for. Without a server address that is the registry of the image's
     * name, so a mirror never sees the secrets of what it mirrors.
     */
    boolean isFor(String host, boolean upstream) {
        return serverAddress.isEmpty() ? upstream : sameRegistry(hostOf(serverAddress), host);
    }

    static boolean sameRegistry(String one, String other) {
        return canonical(one).equalsIgnoreCase(canonical(other));
    }

    /** The host and port in what people write as a server: with or without a scheme and a path. */
    static String hostOf(String address) {
        String bare = address.replaceFirst("^[a-zA-Z]+://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }

    private static String canonical(String host) {
        String bare = host.endsWith(":443") ? host.substring(0, host.length() - 4) : host;
        return switch (bare) {
            case "index.docker.io", "registry-1.docker.io" -> "docker.io";
            default -> bare;
        };
    }

    @Override
    public String toString() {
        return "credentials" + (serverAddress.isEmpty() ? "" : " for " + serverAddress);
    }
}
