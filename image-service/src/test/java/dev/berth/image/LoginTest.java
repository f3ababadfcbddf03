package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.Credentials;
import dev.berth.image.store.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logging in, and what happens to credentials on the way. */
class LoginTest {
    private static final String USER = "Basic " + base64("user:pass");

    @TempDir
    Path dir;

    private Node node;

    @BeforeEach
    void start() {
        node = new Node(dir);
        new TestImage().layer(new Tars().file("f", "x")).push(node.registry(), "a", "1");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String header(HttpExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    /** Wants a header, and offers a challenge when it is not there. */
    private void wants(String authorization, String challenge) {
        node.registry().misbehave(exchange -> {
            boolean ok = header(exchange, "Authorization").equals(authorization);
            if (!ok) {
                exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
                FakeRegistry.respond(exchange, 401, new byte[0]);
            }
            return !ok;
        });
    }

    private Image pull(Credentials credentials) {
        return node.service().pull(Reference.parse(node.name("a:1")), credentials, PullProgress.NONE);
    }

    @Test
    void basicCredentialsAreSentWhenAskedFor() {
        wants(USER, "Basic realm=\"x\"");
        assertNotNull(pull(Credentials.basic("user", "pass")));
        // Once without, and from then on with.
        assertEquals(
                "",
                node.registry()
                        .seen()
                        .getFirst()
                        .headers()
                        .getOrDefault("Authorization", List.of(""))
                        .getFirst());
        assertEquals(4, node.registry().seen().size());
    }

    @Test
    void theAuthFieldIsAnotherWayToSayIt() {
        wants(USER, "Basic realm=\"x\"");
        assertNotNull(pull(new Credentials("", "", base64("user:pass"), "", "", "")));
    }

    @Test
    void wrongCredentialsAreDeniedOnce() {
        wants(USER, "Basic realm=\"x\"");
        ImageFailure failure = assertThrows(ImageFailure.class, () -> pull(Credentials.basic("user", "wrong")));
        assertEquals(ImageFailure.Kind.DENIED, failure.kind());
        assertTrue(failure.getMessage().contains("user \"user\""), failure.getMessage());
        assertFalse(failure.getMessage().contains("wrong"));
        assertEquals(2, node.registry().seen().size());
    }

    @Test
    void anonymousPullsOfPrivateImagesAreDenied() {
        wants(USER, "Basic realm=\"x\"");
        assertEquals(
                ImageFailure.Kind.DENIED, node.failsToPull(node.name("a:1")).kind());
    }

    @Test
    void credentialsForAnotherRegistryStayHome() {
        wants(USER, "Basic realm=\"x\"");
        Credentials elsewhere = new Credentials("user", "pass", "", "", "", "quay.io");
        assertThrows(ImageFailure.class, () -> pull(elsewhere));
        assertTrue(node.registry().seen().stream()
                .noneMatch(request -> request.headers().containsKey("Authorization")));
    }

    @Test
    void theNodesOwnCredentialsAreUsedWithoutOthers() throws Exception {
        wants(USER, "Basic realm=\"x\"");
        Files.writeString(
                node.dockerConfig(),
                "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
                        .formatted(node.registry().address(), base64("user:pass")));
        assertNotNull(node.pull(node.name("a:1")));
    }

    @Test
    void aMirrorNeverSeesTheCredentialsOfWhatItMirrors() {
        FakeRegistry.mirror(
                node.hosts(),
                "registry.example",
                "[host.\"http://%s\"]\n".formatted(node.registry().address()));
        wants(USER, "Basic realm=\"x\"");
        assertThrows(
                ImageFailure.class,
                () -> node.service()
                        .pull(
                                Reference.parse("registry.example/a:1"),
                                Credentials.basic("user", "pass"),
                                PullProgress.NONE));
        assertTrue(node.registry().seen().stream()
                .noneMatch(request -> request.headers().containsKey("Authorization")));
    }

    /** Wants a bearer token that its own token server gives out, each good for a number of uses. */
    private void bearer(String wantedLogin, int expiresIn) {
        node.registry().misbehave(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                token(exchange, wantedLogin, expiresIn);
                return true;
            }
            boolean ok = header(exchange, "Authorization").startsWith("Bearer good-");
            if (!ok) {
                exchange.getResponseHeaders()
                        .add(
                                "WWW-Authenticate",
                                "Bearer realm=\"http://%s/token\",service=\"reg\",scope=\"repository:a:pull\""
                                        .formatted(node.registry().address()));
                FakeRegistry.respond(exchange, 401, new byte[0]);
            }
            return !ok;
        });
    }

    private void token(HttpExchange exchange, String wantedLogin, int expiresIn) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String login = exchange.getRequestMethod().equals("POST") ? form : header(exchange, "Authorization");
        if (!login.contains(wantedLogin)) {
            FakeRegistry.respond(exchange, 401, new byte[0]);
            return;
        }
        String answer = "{\"token\":\"good-%d\",\"expires_in\":%d}"
                .formatted(node.registry().count("/token"), expiresIn);
        FakeRegistry.respond(exchange, 200, answer.getBytes(UTF_8));
    }

    @Test
    void aTokenIsBoughtOnceAndKept() {
        bearer("", 300);
        assertNotNull(node.pull(node.name("a:1")));
        node.service().remove(node.name("a:1"));
        assertNotNull(node.pull(node.name("a:1")));
        assertEquals(1, node.registry().count("/token"));
        assertTrue(node.registry().seen().stream()
                .filter(request -> request.path().equals("/token"))
                .allMatch(request -> request.query().contains("service=reg&scope=repository%3Aa%3Apull")));
    }

    @Test
    void anExpiredTokenIsRenewed() {
        bearer("", 1);
        assertNotNull(node.pull(node.name("a:1")));
        assertTrue(node.registry().count("/token") > 1);
    }

    @Test
    void tokensAreBoughtWithThePassword() {
        bearer(USER, 300);
        assertNotNull(pull(Credentials.basic("user", "pass")));
        ImageFailure failure = assertThrows(ImageFailure.class, () -> pull(Credentials.basic("user", "no")));
        assertEquals(ImageFailure.Kind.DENIED, failure.kind());
    }

    @Test
    void tokensAreBoughtWithAnIdentityToken() {
        bearer("refresh_token=identity", 300);
        assertNotNull(pull(new Credentials("", "", "", "identity", "", "")));
    }

    @Test
    void aRegistryTokenIsSentAsItIs() {
        wants("Bearer direct", "Bearer realm=\"http://127.0.0.1:1/token\"");
        assertNotNull(pull(new Credentials("", "", "", "", "direct", "")));
        assertEquals(
                ImageFailure.Kind.DENIED,
                assertThrows(ImageFailure.class, () -> pull(new Credentials("", "", "", "", "stale", "")))
                        .kind());
    }

    @Test
    void aRedirectToAnotherServerLosesTheAuthorization() {
        try (FakeRegistry storage = new FakeRegistry()) {
            node.registry().misbehave(exchange -> {
                if (!header(exchange, "Authorization").equals(USER)) {
                    exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"x\"");
                    FakeRegistry.respond(exchange, 401, new byte[0]);
                    return true;
                }
                if (!FakeRegistry.isBlob(exchange)) {
                    return false;
                }
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://" + storage.address()
                                        + exchange.getRequestURI().getPath() + "?signed=1");
                FakeRegistry.respond(exchange, 307, new byte[0]);
                return true;
            });
            new TestImage().layer(new Tars().file("f", "x")).push(storage, "a", "1");
            assertNotNull(pull(Credentials.basic("user", "pass")));
            assertEquals(2, storage.count("/blobs/"));
            assertTrue(storage.seen().stream()
                    .noneMatch(request -> request.headers().containsKey("Authorization")));
            assertTrue(
                    storage.seen().stream().allMatch(request -> request.query().equals("signed=1")));
        }
    }

    @Test
    void redirectsWithoutEndAreNotFollowed() {
        node.registry().misbehave(exchange -> {
            exchange.getResponseHeaders().set("Location", "/again");
            FakeRegistry.respond(exchange, 302, new byte[0]);
            return true;
        });
        ImageFailure failure = node.failsToPull(node.name("a:1"));
        assertEquals(ImageFailure.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().contains("redirects more than"), failure.getMessage());
    }

    @Test
    void headersOfHostsTomlGoToThatHost() {
        FakeRegistry.mirror(
                node.hosts(),
                node.registry().address(),
                "server = \"http://%s\"\n[header]\nx-team = \"blue\"\n"
                        .formatted(node.registry().address()));
        assertNotNull(node.pull(node.name("a:1")));
        assertTrue(node.registry().seen().stream()
                .allMatch(request -> List.of("blue").equals(request.headers().get("X-Team"))));
    }
}
