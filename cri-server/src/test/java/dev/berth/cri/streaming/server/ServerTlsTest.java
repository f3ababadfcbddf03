package dev.berth.cri.streaming.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ExecRequest;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerTlsTest {
    private final Path certificate;
    private final Path key;
    private final Path directory;

    ServerTlsTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        certificate = directory.resolve("tls.crt");
        key = directory.resolve("tls.key");
        renew();
    }

    /** A new pair, each file put in place at once. */
    private void renew() throws Exception {
        Path newKey = directory.resolve("new.key");
        Path newCertificate = directory.resolve("new.crt");
        List<String> words = List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-subj",
                "/CN=node",
                "-days",
                "1",
                "-keyout",
                newKey.toString(),
                "-out",
                newCertificate.toString());
        try {
            int status = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("openssl.log").toFile())
                    .start()
                    .waitFor();
            assertEquals(0, status);
        } catch (IOException _) {
            Assumptions.abort("openssl is not on PATH");
        }
        Files.move(newKey, key, StandardCopyOption.REPLACE_EXISTING);
        Files.move(newCertificate, certificate, StandardCopyOption.REPLACE_EXISTING);
    }

    private StreamServer start(FakeTargets targets, Kernel kernel) throws IOException {
        return StreamServer.start(
                targets,
                kernel,
                new StreamServer.Listening(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Duration.ofHours(1),
                        ServerTls.of(Optional.of(certificate), Optional.of(key))));
    }

    @Test
    void sessionsSpeakTlsAndANewCertificateIsForNewOnes() throws Exception {
        Kernel kernel = new LinuxKernel();
        FakeTargets targets = new FakeTargets(kernel, directory);
        try (StreamServer server = start(targets, kernel);
                SSLSocket old = session(targets, server)) {
            Certificate first = old.getSession().getPeerCertificates()[0];
            renew();
            Files.writeString(key, "half a key");
            try (SSLSocket meanwhile = session(targets, server)) {
                assertEquals(first, meanwhile.getSession().getPeerCertificates()[0]);
            }
            renew();
            try (SSLSocket renewed = session(targets, server)) {
                assertNotEquals(first, renewed.getSession().getPeerCertificates()[0]);
            }
            // What was open goes on, to its proper end.
            old.getOutputStream().write(new byte[] {(byte) 0x82, (byte) 0x83, 0, 0, 0, 0, 0, 'h', 'o'});
            old.getOutputStream().write(new byte[] {(byte) 0x82, (byte) 0x82, 0, 0, 0, 0, (byte) 255, 0});
            String got = new String(old.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(got.contains("hello") && got.contains("ho") && got.contains("NonZeroExitCode"), got);
        }
    }

    /** An exec of cat over WebSocket whose request has been sent. */
    private static SSLSocket session(FakeTargets targets, StreamServer server) throws Exception {
        URI url = URI.create(new ExecOffer(targets, server)
                .call(ExecRequest.newBuilder()
                        .addCmd("cat")
                        .setStdin(true)
                        .setStdout(true)
                        .build())
                .getUrl());
        assertEquals("https", url.getScheme());
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new TrustEverybody()}, null);
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket(url.getHost(), url.getPort());
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(StreamBoundsTest.webSocket(url, "v5.channel.k8s.io"));
        return socket;
    }

    /** As the clients of the streaming server do. */
    private static final class TrustEverybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void halfASettingAndFilesThatAreNoPairKeepTheServerFromStarting() throws Exception {
        IOException half =
                assertThrows(IOException.class, () -> ServerTls.of(Optional.of(certificate), Optional.empty()));
        assertTrue(half.toString().contains("go together"), half.toString());
        Files.writeString(key, "no key");
        IOException broken =
                assertThrows(IOException.class, () -> ServerTls.of(Optional.of(certificate), Optional.of(key)));
        assertTrue(broken.toString().contains("cannot be used together"), broken.toString());
    }
}
