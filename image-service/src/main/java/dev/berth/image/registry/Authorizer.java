package dev.berth.image.registry;

import dev.berth.image.failure.ImageFailure;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the Authorization header that one server wants for one repository. Thread-safe. */
final class Authorizer {
    private final RegistryHost host;
    private final String repository;
    private final Secret secret;
    private final Tokens tokens;
    private volatile Tokens.@Nullable Request learned;
    private volatile String fixed;

    Authorizer(RegistryHost host, String repository, Secret secret, Tokens tokens) {
        this.host = host;
        this.repository = repository;
        this.secret = secret;
        this.tokens = tokens;
        this.fixed = secret instanceof Secret.RegistryToken bearer ? "Bearer " + bearer.token() : "";
    }

    /** The header to send, empty when none is known to be needed; an expired token is renewed. */
    String header() throws IOException {
        Tokens.Request request = learned;
        return request == null ? fixed : "Bearer " + tokens.get(request, "");
    }

    /**
     * Answers a 401.
     *
     * @param offered the values of WWW-Authenticate
     * @param refused the header that was sent
     * @return another header to try
     */
    String answer(List<String> offered, String refused) throws IOException {
        List<Challenge> challenges = Challenge.parse(offered);
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("bearer") && !(secret instanceof Secret.RegistryToken)) {
                return bearer(challenge, refused);
            }
        }
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("basic") && secret instanceof Secret.Basic basic && refused.isEmpty()) {
                fixed = basic.header();
                return fixed;
            }
        }
        throw denied("");
    }

    private String bearer(Challenge challenge, String refused) throws IOException {
        String scope = challenge.parameter("scope");
        Tokens.Request request = new Tokens.Request(
                host,
                realm(challenge.parameter("realm")),
                challenge.parameter("service"),
                scope.isEmpty() ? "repository:%s:pull".formatted(repository) : scope,
                secret);
        String old = refused.startsWith("Bearer ") ? refused.substring("Bearer ".length()) : "";
        String token = tokens.get(request, old);
        learned = request;
        return "Bearer " + token;
    }

    private URI realm(String text) {
        URI realm;
        try {
            realm = URI.create(text);
        } catch (IllegalArgumentException _) {
            throw denied("; its token server is \"%s\", which is no address".formatted(text));
        }
        boolean secure = "https".equals(realm.getScheme());
        boolean plain =
                "http".equals(realm.getScheme()) && "http".equals(host.base().getScheme());
        if (realm.getHost() == null || !(secure || plain)) {
            throw denied("; its token server \"%s\" is not reached over https".formatted(text));
        }
        return realm;
    }

    ImageFailure denied(String detail) {
        return new ImageFailure(
                ImageFailure.Kind.DENIED,
                "%s refuses %s to pull %s%s".formatted(host, Tokens.named(secret), repository, detail));
    }
}
