package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.stream.SpdyConnection;
import dev.berth.tests.stream.SpdyScript;
import dev.berth.tests.stream.StreamUrls;
import dev.berth.tests.stream.WebSocketConnection;
import dev.berth.tests.stream.WebSocketScript;
import dev.berth.tests.world.OnNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Sessions with real processes behind them. */
@OnNode
class StreamsTest {
    private static final int TIMES = 20;
    private static final int COUNTED = 1_000_000;
    private static final String COUNTING = "seq %1$d >&2 & seq %1$d; wait".formatted(COUNTED);
    private static final String SUCCESS = "\"status\":\"Success\"";

    private final Pods pods;
    private final StreamUrls urls;

    StreamsTest(TestNode node) {
        pods = node.pods();
        urls = new StreamUrls(node.client());
    }

    private String idle() {
        return pods.run("streams").start(pods.idle("main"));
    }

    @Test
    void aTerminalLosesNoByteWhenItsCommandEnds() throws Exception {
        String container = idle();
        for (int i = 0; i < TIMES; i++) {
            try (WebSocketConnection client = WebSocketConnection.open(
                    urls.exec(container, true, "/bin/sh", "-c", "head -c 30000 /dev/zero | tr '\\0' y; printf the-end"),
                    WebSocketScript.COMMAND)) {
                client.readToEnd();
                String output = client.text(1);
                assertEquals(30_000 + "the-end".length(), output.length(), "in session " + i);
                assertTrue(output.endsWith("the-end"), "in session " + i);
                assertTrue(client.text(3).contains(SUCCESS), client.text(3));
            }
        }
    }

    @Test
    @Covers("feature.terminal-size")
    void aTerminalTakesItsSizeAndEchoes() throws Exception {
        try (WebSocketConnection client = WebSocketConnection.open(
                urls.exec(idle(), true, "/bin/sh", "-c", "read line; stty size; exit 3"), "v4.channel.k8s.io")) {
            client.send(4, "{\"Width\":132,\"Height\":43}");
            client.send(4, "{\"Width\":0,\"Height\":65536}");
            client.send(0, "go\n");
            client.readToEnd();
            assertEquals("go\r\n43 132\r\n", client.text(1));
            assertTrue(client.text(3).contains("\"message\":\"3\""), client.text(3));
        }
    }

    @Test
    @Covers("feature.websocket-exec")
    void aWebSocketClientEndsItsInputAndGetsBothOutputs() throws Exception {
        try (WebSocketConnection client = WebSocketConnection.open(
                urls.exec(idle(), false, "/bin/sh", "-c", "cat; echo aside >&2"), WebSocketScript.COMMAND)) {
            client.send(0, "ahoy");
            client.endInput();
            client.readToEnd();
            assertEquals("ahoy", client.text(1));
            assertEquals("aside\n", client.text(2));
            assertTrue(client.text(3).contains(SUCCESS), client.text(3));
        }
    }

    @Test
    void spdyCarriesACommandBothWays() throws Exception {
        try (SpdyConnection client = SpdyConnection.open(
                        urls.exec(idle(), false, "/bin/sh", "-c", "cat"), SpdyScript.COMMAND)
                .command(true)) {
            client.send(7, "ahoy".getBytes(StandardCharsets.US_ASCII), true);
            assertEquals("ahoy", client.text(3));
        }
    }

    /** So much that the kernel moves it from pipe to socket, both outputs at once. */
    @Test
    void muchOutputComesWholeAndInOrderOverWebSocket() throws Exception {
        try (WebSocketConnection client = WebSocketConnection.open(
                urls.exec(idle(), false, "/bin/sh", "-c", COUNTING), WebSocketScript.COMMAND)) {
            client.endInput();
            client.readToEnd();
            assertCounted(client.text(1));
            assertCounted(client.text(2));
            assertTrue(client.text(3).contains(SUCCESS), client.text(3));
        }
    }

    @Test
    void muchOutputComesWholeAndInOrderOverSpdy() throws Exception {
        for (int stream : new int[] {3, 5}) {
            try (SpdyConnection client = SpdyConnection.open(
                            urls.exec(idle(), false, "/bin/sh", "-c", COUNTING), SpdyScript.COMMAND)
                    .command(true)) {
                assertCounted(client.text(stream));
            }
        }
    }

    private static void assertCounted(String text) {
        int line = 0;
        for (String number : text.split("\n", -1)) {
            line++;
            assertEquals(line > COUNTED ? "" : Integer.toString(line), number);
        }
        assertEquals(COUNTED + 1, line);
    }

    @Test
    @Covers("feature.websocket-forward")
    void aPortIsForwardedByTheTunnelInWebSocket() throws Exception {
        RunningPod pod = pods.run("served");
        String serving = pod.start(
                pods.shell("main", "mkdir /www; echo from the pod > /www/index.html; exec httpd -f -p 80 -h /www"));
        for (int i = 0; i < 100 && !pod.shell(serving, "wget -qO- 127.0.0.1").contains("from"); i++) {
            Thread.sleep(50);
        }
        SpdyScript script = new SpdyScript();
        script.open(1, "streamtype", "error", "port", "80", "requestid", "0")
                .data(1, new byte[0], true)
                .open(3, "streamtype", "data", "port", "80", "requestid", "0")
                .data(3, "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII), false);
        byte[] bytes = script.take();
        try (WebSocketConnection client = WebSocketConnection.open(urls.forward(pod.id()), WebSocketScript.FORWARD)) {
            // Where a message ends means nothing to what it carries.
            for (int i = 0; i < bytes.length; i += 7) {
                client.sendBytes(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + 7)));
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            while (!answer.toString(StandardCharsets.ISO_8859_1).contains("from the pod\n")) {
                answer.writeBytes(client.readMessage());
            }
        }
    }

    @Test
    @Covers("feature.websocket-attach")
    void attachedClientsShareAContainerAndItsEnd() throws Exception {
        RunningPod pod = pods.run("shared");
        String container = pod.start(
                pods.shell("main", "read line; echo got $line; exit 5").setStdin(true));
        try (WebSocketConnection one = WebSocketConnection.open(urls.attach(container), WebSocketScript.COMMAND);
                WebSocketConnection two = WebSocketConnection.open(urls.attach(container), WebSocketScript.COMMAND)) {
            one.readMessage();
            two.readMessage();
            // The first message says that the session begins; the shim holds the client a moment later.
            Thread.sleep(500);
            one.send(0, "word\n");
            one.readToEnd();
            two.readToEnd();
            assertEquals("got word\n", one.text(1));
            assertEquals("got word\n", two.text(1));
        }
        assertEquals(5, pod.awaitExit(container).getExitCode());
    }
}
