package dev.berth.cri.streaming.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.spdy.SpdyConnection;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StreamServerTest {
    private static final String SEVEN = "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with"
            + " non-zero exit code: 7\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":"
            + "\"ExitCode\",\"message\":\"7\"}]}}";
    private final Kernel kernel = new LinuxKernel();
    private final FakeTargets targets;
    private final StreamServer server;

    StreamServerTest(@TempDir Path directory) throws IOException {
        targets = new FakeTargets(kernel, directory);
        server = StreamServer.start(
                targets,
                kernel,
                new StreamServer.Listening(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Duration.ofHours(1),
                        Optional.empty()));
    }

    @BeforeEach
    void nothingRuns() throws InterruptedException {
        awaitNoThreads();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String exec(String command, boolean stdin, boolean tty) {
        ExecRequest request = ExecRequest.newBuilder()
                .addCmd(command)
                .setStdin(stdin)
                .setStdout(true)
                .setTty(tty)
                .build();
        return new ExecOffer(targets, server).call(request).getUrl();
    }

    private String forward() {
        return new PortForwardOffer(targets, server)
                .call(PortForwardRequest.getDefaultInstance())
                .getUrl();
    }

    private static String answer(String url, String... headers) throws IOException {
        try (SpdyClient client = new SpdyClient(url, headers)) {
            return client.answer.lines().findFirst().orElse("");
        }
    }

    @Test
    void execOverSpdyCarriesBothDirectionsAndTheExitCode() throws IOException {
        try (SpdyClient client = SpdyClient.upgraded(exec("cat", true, true), "v4.channel.k8s.io")) {
            assertTrue(client.answer.contains("v4.channel.k8s.io"), client.answer);
            client.open(1, "streamtype", "error");
            client.open(3, "streamtype", "stdin");
            client.open(5, "streamtype", "stdout");
            client.open(7, "streamtype", "resize");
            client.data(7, "{\"Width\":80,\"Hei".getBytes(StandardCharsets.UTF_8), false);
            client.data(7, "ght\":24}\n nonsense} {\"Width\":0}".getBytes(StandardCharsets.UTF_8), false);
            client.send(new DefaultSpdyPingFrame(1));
            String large = "x".repeat(300_000);
            client.data(3, large.getBytes(StandardCharsets.UTF_8), true);
            List<SpdyFrame> frames = client.rest();
            assertEquals("hello" + large, SpdyClient.text(frames, 5));
            assertEquals(SEVEN, SpdyClient.text(frames, 1));
            assertEquals(1, count(frames, SpdyPingFrame.class));
            assertEquals(4, count(frames, SpdySynReplyFrame.class));
            assertEquals(List.of("80x24"), targets.resizes);
        }
    }

    @Test
    void execOverSpdyEndsWhileStdinIsOpenAndAnOldClientGetsASentence() throws IOException {
        try (SpdyClient client = SpdyClient.upgraded(exec("cat", false, false), "v3.channel.k8s.io")) {
            client.open(1, "streamtype", "error");
            client.open(3, "streamtype", "stdout");
            assertEquals("command terminated with non-zero exit code: 7", SpdyClient.text(client.rest(), 1));
        }
    }

    /** Its kernel holds little for it, so most of what is sent last still waits in the server when the command is over. */
    @Test
    void aClientThatReadsLateGetsTheLastByteToo() throws Exception {
        String all = "y".repeat(3 << 20);
        try (SpdyClient client = SpdyClient.slow(exec("cat", true, false), "v4.channel.k8s.io")) {
            client.open(1, "streamtype", "error");
            client.open(3, "streamtype", "stdin");
            client.open(5, "streamtype", "stdout");
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    client.data(3, all.getBytes(StandardCharsets.UTF_8), true);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            List<SpdyFrame> frames = client.restSlowly(64 << 10, 10);
            sender.join();
            assertEquals(
                    "hello".length() + all.length(), SpdyClient.text(frames, 5).length());
            assertEquals(SEVEN, SpdyClient.text(frames, 1));
        }
    }

    @Test
    void aFailedStartIsToldOnTheErrorStream() throws IOException {
        String url = new AttachOffer(targets, server)
                .call(AttachRequest.newBuilder().setStdout(true).build())
                .getUrl();
        try (SpdyClient client = SpdyClient.upgraded(url, "v4.channel.k8s.io")) {
            client.open(1, "streamtype", "error");
            client.open(3, "streamtype", "stdout");
            assertTrue(SpdyClient.text(client.rest(), 1).contains("the container is not running"));
        }
    }

    @Test
    void requestsThatOpenNothingAreRefused() throws IOException {
        String[] spdy = {"Connection: Upgrade", "Upgrade: SPDY/3.1", "X-Stream-Protocol-Version: v4.channel.k8s.io"};
        String url = exec("cat", false, false);
        assertTrue(answer(url.substring(0, url.length() - 3) + "abc", spdy).contains("404"));
        assertTrue(answer(url.replace("/exec/", "/attach/"), spdy).contains("404"));
        String again = exec("cat", false, false);
        assertTrue(answer(again).contains("400"));
        assertTrue(answer(again, spdy).contains("404"));
        assertTrue(answer(
                        exec("cat", false, false),
                        "Connection: Upgrade",
                        "Upgrade: SPDY/3.1",
                        "X-Stream-Protocol-Version: v9.channel.k8s.io")
                .contains("403"));
        assertTrue(answer(forward(), spdy).contains("403"));
    }

    @Test
    void choicesAndPortsThatCannotBeAreRefusedByTheRpc() {
        assertThrows(CriFailure.class, () -> new ExecOffer(targets, server).call(ExecRequest.getDefaultInstance()));
        for (int port : new int[] {0, -1, 65_536}) {
            PortForwardRequest request =
                    PortForwardRequest.newBuilder().addPort(port).build();
            assertThrows(CriFailure.class, () -> new PortForwardOffer(targets, server).call(request));
        }
    }

    @Test
    void longControlFramesAndHeaderBombsEndTheConnection() throws IOException {
        try (SpdyClient client = SpdyClient.upgraded(forward(), "portforward.k8s.io")) {
            client.socket.getOutputStream().write(new byte[] {(byte) 0x80, 3, 0, 1, 0, 16, 0, 0, 0, 0, 0, 1});
            assertEquals(List.of(), client.rest());
        }
        try (SpdyClient client = SpdyClient.upgraded(forward(), "portforward.k8s.io")) {
            client.open(1, "streamtype", "a".repeat(60_000));
            assertEquals(1, count(client.rest(), SpdyGoAwayFrame.class));
        }
    }

    @Test
    void streamsOfOneConnectionAreBounded() throws IOException, InterruptedException {
        try (SpdyClient client = SpdyClient.upgraded(forward(), "portforward.k8s.io")) {
            CompletableFuture<List<SpdyFrame>> read = new CompletableFuture<>();
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    read.complete(client.rest());
                } catch (IOException failure) {
                    read.completeExceptionally(failure);
                }
            });
            for (int i = 0; i < 10_000; i++) {
                client.open(2 * i + 1, "streamtype", "data", "port", "80", "requestid", Integer.toString(i));
            }
            client.open(2, "streamtype", "data");
            reader.join();
            List<SpdyFrame> frames = read.join();
            assertEquals(SpdyConnection.MOST_STREAMS, count(frames, SpdySynReplyFrame.class));
            assertEquals(10_000 - SpdyConnection.MOST_STREAMS, count(frames, SpdyRstStreamFrame.class));
        }
    }

    @Test
    void aPortIsForwardedWithHalfCloseAndBadPortsAreRefused() throws IOException {
        try (SpdyClient client = SpdyClient.upgraded(forward(), "portforward.k8s.io")) {
            client.open(1, "streamtype", "error", "port", "80", "requestid", "0");
            client.data(1, new byte[0], true);
            client.open(3, "streamtype", "data", "port", "80", "requestid", "0");
            client.data(3, "back".getBytes(StandardCharsets.UTF_8), true);
            client.open(5, "streamtype", "error", "port", "81", "requestid", "1");
            client.open(7, "streamtype", "data", "port", "81", "requestid", "1");
            client.open(9, "streamtype", "error", "port", "0", "requestid", "2");
            client.open(11, "streamtype", "error", "port", "65536", "requestid", "3");
            client.open(13, "streamtype", "error", "requestid", "4");
            List<SpdyFrame> frames = client.until(3_000);
            assertEquals("back", SpdyClient.text(frames, 3));
            assertEquals("", SpdyClient.text(frames, 1));
            assertEquals("nothing listens on port 81", SpdyClient.text(frames, 5));
            assertEquals(3, count(frames, SpdyRstStreamFrame.class));
        }
    }

    /** The first session warms up what the JVM opens once and keeps, as the descriptor that closing a socket needs. */
    @Test
    void aClientThatNeverReadsAndVanishesLeavesNothing() throws Exception {
        vanish();
        List<String> before = descriptors();
        for (int i = 0; i < 3; i++) {
            vanish();
        }
        for (int i = 0; i < 100 && descriptors().size() > before.size(); i++) {
            Thread.sleep(50);
        }
        List<String> left = new ArrayList<>(descriptors());
        before.forEach(left::remove);
        assertEquals(List.of(), left);
    }

    private void vanish() throws Exception {
        targets.closed = new CountDownLatch(1);
        try (SpdyClient client = SpdyClient.upgraded(exec("yes", true, false), "v4.channel.k8s.io")) {
            client.open(1, "streamtype", "error");
            client.open(3, "streamtype", "stdin");
            client.open(5, "streamtype", "stdout");
            Thread.sleep(500);
        }
        assertTrue(targets.closed.await(10, TimeUnit.SECONDS));
        awaitNoThreads();
    }

    @Test
    void execOverWebSocketClosesStdinByChannel255() throws Exception {
        ByteArrayOutputStream[] channels =
                Stream.generate(ByteArrayOutputStream::new).limit(4).toArray(ByteArrayOutputStream[]::new);
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            private int channel = -1;

            @Override
            public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                if (channel < 0 && data.hasRemaining()) {
                    channel = data.get();
                }
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                channels[channel].writeBytes(bytes);
                channel = last ? -1 : channel;
                socket.request(1);
                return CompletableFuture.completedStage(null);
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                closed.complete(code);
                return CompletableFuture.completedStage(null);
            }
        };
        try (HttpClient http = HttpClient.newHttpClient()) {
            WebSocket socket = http.newWebSocketBuilder()
                    .subprotocols("v5.channel.k8s.io")
                    .buildAsync(URI.create(exec("cat", true, false).replace("http:", "ws:")), listener)
                    .get(10, TimeUnit.SECONDS);
            assertEquals("v5.channel.k8s.io", socket.getSubprotocol());
            socket.sendBinary(ByteBuffer.wrap(new byte[] {0, 'a', 'b'}), true).get(5, TimeUnit.SECONDS);
            socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true).get(5, TimeUnit.SECONDS);
            assertEquals(1000, closed.get(10, TimeUnit.SECONDS));
        }
        assertEquals("helloab", channels[1].toString(StandardCharsets.UTF_8));
        assertEquals(SEVEN, channels[3].toString(StandardCharsets.UTF_8));
    }

    private static long count(List<SpdyFrame> frames, Class<? extends SpdyFrame> type) {
        return frames.stream().filter(type::isInstance).count();
    }

    private static List<String> descriptors() throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> names = Files.list(Path.of("/proc/self/fd"))) {
            for (Path name : names.toList()) {
                try {
                    open.add(name.getFileName() + " -> " + Files.readSymbolicLink(name));
                } catch (NoSuchFileException _) {
                    // The descriptor of the listing itself.
                }
            }
        }
        return open;
    }

    private static void awaitNoThreads() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            if (Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("stream "))) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("threads of streams are left");
    }
}
