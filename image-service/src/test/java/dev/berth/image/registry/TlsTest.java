package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries over TLS, with certificates that keytool makes for the test. */
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String MANIFEST = "hello";

    @TempDir
    static Path dir;

    private @Nullable HttpsServer server;
    private String address = "";

    @BeforeAll
    static void makeKeys() throws Exception {
        keytool("server", "san=ip:127.0.0.1");
        keytool("client", "san=dns:client");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    /** Makes a key with a certificate of its own, as PKCS #12 and in PEM. */
    private static void keytool(String name, String extension) throws Exception {
        Path store = dir.resolve(name + ".p12");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "key",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        extension,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertEquals(0, process.waitFor(), output);
        KeyStore keys = keys(name);
        pem(name + ".crt", "CERTIFICATE", keys.getCertificate("key").getEncoded());
        pem(name + ".key", "PRIVATE KEY", keys.getKey("key", PASSWORD).getEncoded());
    }

    private static KeyStore keys(String name) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(dir.resolve(name + ".p12"))) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static void pem(String name, String kind, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
        Files.writeString(dir.resolve(name), "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    }

    private void serve(boolean wantsClient) throws Exception {
        KeyManagerFactory ours = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        ours.init(keys("server"), PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("client", keys("client").getCertificate("key"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(ours.getKeyManagers(), trust.getTrustManagers(), null);
        HttpsServer listening = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listening.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(wantsClient);
                parameters.setSSLParameters(ssl);
            }
        });
        listening.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, MANIFEST.length());
            exchange.getResponseBody().write(MANIFEST.getBytes(US_ASCII));
            exchange.close();
        });
        listening.start();
        server = listening;
        address = "127.0.0.1:" + listening.getAddress().getPort();
    }

    private String resolve(String hostsToml) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("hosts").resolve(address));
        Files.writeString(folder.resolve("hosts.toml"), hostsToml);
        RegistrySettings settings =
                new RegistrySettings(dir.resolve("hosts"), null, Duration.ofSeconds(5), 1, Duration.ofMillis(1));
        try (Registries registries = new Registries(settings)) {
            Repository repository = registries.repository(Reference.parse(address + "/a:1"), null);
            return new String(repository.resolve().bytes(), US_ASCII);
        }
    }

    @Test
    void anUnknownAuthorityIsNotTrusted() throws Exception {
        serve(false);
        ImageFailure failure = assertThrows(ImageFailure.class, () -> resolve(""));
        assertEquals(ImageFailure.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().contains("certification path"), failure.getMessage());
    }

    @Test
    void aConfiguredAuthorityIsTrusted() throws Exception {
        serve(false);
        assertEquals(MANIFEST, resolve("ca = \"%s\"".formatted(dir.resolve("server.crt"))));
    }

    @Test
    void anotherAuthorityIsNot() throws Exception {
        serve(false);
        assertThrows(ImageFailure.class, () -> resolve("ca = \"%s\"".formatted(dir.resolve("client.crt"))));
    }

    @Test
    void skippingVerificationTrustsAnyone() throws Exception {
        serve(false);
        assertEquals(MANIFEST, resolve("skip_verify = true"));
    }

    @Test
    void ourCertificateIsShownToAServerThatWantsOne() throws Exception {
        serve(true);
        String ca = "ca = \"%s\"\n".formatted(dir.resolve("server.crt"));
        assertThrows(ImageFailure.class, () -> resolve(ca));
        String client = "client = [[\"%s\", \"%s\"]]\n".formatted(dir.resolve("client.crt"), dir.resolve("client.key"));
        assertEquals(MANIFEST, resolve(ca + client));
    }

    @Test
    void aMissingFileIsToldByName() throws Exception {
        serve(false);
        ImageFailure failure = assertThrows(ImageFailure.class, () -> resolve("ca = \"missing.pem\""));
        assertEquals(ImageFailure.Kind.INTERNAL, failure.kind());
        assertTrue(failure.getMessage().contains("missing.pem"), failure.getMessage());
    }

    @Test
    void oldKeyFormsAreReadOrExplained() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
        // PKCS #8 puts 26 bytes before the PKCS #1 form of such a key.
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        pem("old.key", "RSA PRIVATE KEY", pkcs1);
        String text = Files.readString(dir.resolve("old.key"));
        assertEquals("RSA", TlsContext.privateKey(dir, text).getAlgorithm());
        String ec = text.replace("RSA PRIVATE", "EC PRIVATE");
        Exception failure = assertThrows(GeneralSecurityException.class, () -> TlsContext.privateKey(dir, ec));
        assertTrue(String.valueOf(failure.getMessage()).contains("openssl pkcs8"));
        assertThrows(GeneralSecurityException.class, () -> TlsContext.privateKey(dir, "no key at all"));
    }
}
