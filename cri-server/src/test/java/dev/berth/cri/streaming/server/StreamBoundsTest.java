package dev.berth.cri.streaming.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.ExecRequest;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send too much, nothing, or what cannot be. */
@Timeout(60)
class StreamBoundsTest {
    private final FakeTargets targets;
    private final StreamServer server;

    StreamBoundsTest(@TempDir Path directory) throws IOException {
        Kernel kernel = new LinuxKernel();
        targets = new FakeTargets(kernel, directory);
        server = StreamServer.start(
                targets,
                kernel,
                new StreamServer.Listening(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Duration.ofSeconds(1),
                        Optional.empty()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private URI exec() {
        ExecRequest request = ExecRequest.newBuilder()
                .addCmd("cat")
                .setStdin(true)
                .setStdout(true)
                .build();
        return URI.create(new ExecOffer(targets, server).call(request).getUrl());
    }

    /** What a client gets to the server's end: it sends its request and, when that is answered, more. */
    private static String answer(URI url, byte[] request, byte... more) throws IOException {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request);
            StringBuilder got = new StringBuilder();
            for (int one = socket.getInputStream().read();
                    one >= 0;
                    one = socket.getInputStream().read()) {
                got.append((char) one);
                if (got.toString().endsWith("\r\n\r\n")) {
                    break;
                }
            }
            socket.getOutputStream().write(more);
            return got + new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** A request for WebSocket, with more header lines. */
    static byte[] webSocket(URI url, String protocol, String... more) {
        List<String> lines = new ArrayList<>(List.of(
                "GET " + url.getPath() + " HTTP/1.1",
                "Host: node",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Protocol: " + protocol));
        lines.addAll(List.of(more));
        return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aSessionWithoutAByteIsClosedAndItsProcessEnds() throws Exception {
        URI url = exec();
        String got = answer(url, webSocket(url, "v5.channel.k8s.io"));
        assertTrue(got.contains("101 Switching") && got.endsWith("hello"), got);
        assertTrue(targets.closed.await(10, TimeUnit.SECONDS));
    }

    @Test
    void messagesBeyondAMebibyteEndTheSession() throws Exception {
        URI url = exec();
        byte[] head = {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0};
        String got = answer(url, webSocket(url, "v4.channel.k8s.io"), head);
        assertTrue(got.contains("101 Switching"), got);
        assertTrue(targets.closed.await(10, TimeUnit.SECONDS));
    }

    @Test
    void textMessagesAndUnknownChannelsAreAgainstTheProtocol() throws Exception {
        for (byte[] frame : new byte[][] {
            {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 0, 'a'}, {(byte) 0x82, (byte) 0x82, 0, 0, 0, 0, 9, 'a'}
        }) {
            URI url = exec();
            String got = answer(url, webSocket(url, "v5.channel.k8s.io"), frame);
            // In the last message, a close: the code 1002.
            assertTrue(got.indexOf("\u0003\u00ea", got.lastIndexOf('\u0088')) > 0, got);
        }
    }

    @Test
    void headersBeyondSixteenKibibytesAndIncompleteHandshakesAreRefused() throws Exception {
        URI url = exec();
        String got = answer(url, webSocket(url, "v5.channel.k8s.io", "X-Long: " + "a".repeat(20_000)));
        assertTrue(got.startsWith("HTTP/1.1 400 ") || got.startsWith("HTTP/1.1 431 "), got);
        url = exec();
        String request = new String(webSocket(url, "v5.channel.k8s.io"), StandardCharsets.US_ASCII)
                .replaceFirst("Sec-WebSocket-Key: [^\r]*\r\n", "");
        assertTrue(answer(url, request.getBytes(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 400 "));
        url = exec();
        assertTrue(answer(url, webSocket(url, "v3.channel.k8s.io")).startsWith("HTTP/1.1 403 "));
        assertEquals(0, server.offers() - 1, "the first one was not used, because its request could not be read");
    }
}
