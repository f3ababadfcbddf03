package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bearer tokens bought from token servers, kept until shortly before they expire; several pulls share them. */
final class Tokens {
    private static final int MOST = 512;
    private static final int LONGEST_ANSWER = 1 << 18;
    private static final long DEFAULT_LIFE = 60;
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /** What a token is for, and who asks. */
    record Request(RegistryHost host, URI realm, String service, String scope, Secret secret) {}

    private record Token(String text, long expiresAtMillis) {}

    private static final class Slot {
        private @Nullable Token token;
    }

    private final Http http;
    private final InstantSource clock;
    private final Map<Request, Slot> slots = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Request, Slot> eldest) {
            return size() > MOST;
        }
    };

    Tokens(Http http, InstantSource clock) {
        this.http = http;
        this.clock = clock;
    }

    /** A token that is valid now and is not the one that was just refused (empty when none was). */
    String get(Request request, String refused) throws IOException {
        Slot slot;
        synchronized (slots) {
            slot = slots.computeIfAbsent(request, _ -> new Slot());
        }
        // Held while the token server is asked: whoever wants the same token waits for it instead of buying another.
        synchronized (slot) {
            Token known = slot.token;
            if (known != null && !known.text().equals(refused) && clock.millis() < known.expiresAtMillis()) {
                return known.text();
            }
            Token bought = buy(request);
            slot.token = bought;
            return bought.text();
        }
    }

    private Token buy(Request request) throws IOException {
        HttpResponse<BodyStream> response = http.send(request.host(), message(request));
        try (BodyStream body = response.body()) {
            int status = response.statusCode();
            if (status == 429 || status >= 500) {
                throw new TransientFailure("the token server %s answered %d".formatted(request.realm(), status), "");
            }
            if (status != 200) {
                throw new ImageFailure(
                        ImageFailure.Kind.DENIED,
                        "the token server %s answered %d to %s for %s"
                                .formatted(request.realm(), status, named(request.secret()), request.scope()));
            }
            return token(request, body.readNBytes(LONGEST_ANSWER));
        }
    }

    private Token token(Request request, byte[] answer) {
        Json json = Json.parse("the answer of the token server " + request.realm(), answer);
        String text = json.textOrEmpty("token");
        if (text.isEmpty()) {
            text = json.textOrEmpty("access_token");
        }
        if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new ImageFailure(
                    ImageFailure.Kind.DENIED, "the token server %s gave no token".formatted(request.realm()));
        }
        long life = Math.clamp(
                json.number("expires_in", DEFAULT_LIFE), 0, Duration.ofDays(1).toSeconds());
        return new Token(text, clock.millis() + life * 1000 - MARGIN.toMillis());
    }

    private static HttpRequest.Builder message(Request request) {
        return switch (request.secret()) {
            case Secret.IdentityToken identity -> post(request, identity);
            case Secret.Basic basic ->
                query(request, "&account=" + encoded(basic.username())).setHeader("Authorization", basic.header());
            case Secret.Anonymous _, Secret.RegistryToken _ -> query(request, "");
        };
    }

    private static HttpRequest.Builder query(Request request, String more) {
        String query = "service=%s&scope=%s&client_id=berth%s"
                .formatted(encoded(request.service()), encoded(request.scope()), more);
        String glue = request.realm().getRawQuery() == null ? "?" : "&";
        return HttpRequest.newBuilder(URI.create(request.realm() + glue + query));
    }

    private static HttpRequest.Builder post(Request request, Secret.IdentityToken identity) {
        String form = "grant_type=refresh_token&service=%s&scope=%s&client_id=berth&refresh_token=%s"
                .formatted(encoded(request.service()), encoded(request.scope()), encoded(identity.token()));
        return HttpRequest.newBuilder(request.realm())
                .setHeader("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form, UTF_8));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    static String named(Secret secret) {
        return switch (secret) {
            case Secret.Anonymous _ -> "an anonymous request";
            case Secret.Basic basic -> "user \"" + basic.username() + "\"";
            case Secret.IdentityToken _ -> "the identity token";
            case Secret.RegistryToken _ -> "the registry token";
        };
    }
}
