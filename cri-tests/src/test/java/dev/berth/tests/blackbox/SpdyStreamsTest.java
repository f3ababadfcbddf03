package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.LocalRegistry;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.stream.SpdyConnection;
import dev.berth.tests.stream.SpdyScript;
import dev.berth.tests.stream.StreamUrls;
import dev.berth.tests.world.OnNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sessions over SPDY, which kubectl of older versions and critest speak. */
@OnNode
class SpdyStreamsTest {
    private static final String SUCCESS = "\"status\":\"Success\"";

    private final Pods pods;
    private final StreamUrls urls;

    SpdyStreamsTest(TestNode node) {
        pods = node.pods();
        urls = new StreamUrls(node.client());
    }

    @Test
    @Covers("stream.exec")
    void aCommandWithoutInputSaysWhatItSays() throws Exception {
        URI url = urls.output(pods.run("output").start(pods.idle("main")), "echo", "-n", "hello");
        assertTrue(url.getHost() != null && url.getPort() > 0, url.toString());
        try (SpdyConnection client =
                SpdyConnection.open(url, SpdyScript.COMMAND).command(false)) {
            Map<Integer, String> said = client.readToEnd();
            assertEquals("hello", said.get(3));
            assertEquals("", said.getOrDefault(5, ""));
            assertTrue(said.getOrDefault(1, "").contains(SUCCESS), said.toString());
        }
    }

    @Test
    @Covers("stream.exec-terminal")
    void aSessionOnATerminalEndsWithItsCommandThoughTheClientSendsNoEnd() throws Exception {
        URI url = urls.exec(pods.run("terminal").start(pods.idle("main")), true, "echo", "-n", "hello");
        try (SpdyConnection client =
                SpdyConnection.open(url, SpdyScript.COMMAND).terminal()) {
            Map<Integer, String> said = client.readToEnd();
            assertEquals("hello", said.get(3));
            assertTrue(said.getOrDefault(1, "").contains(SUCCESS), said.toString());
        }
    }

    @Test
    @Covers("stream.attach")
    void theEndOfTheOnlyInputEndsAShell() throws Exception {
        RunningPod pod = pods.run("attach");
        String container =
                pod.start(pods.container("main", "/bin/sh").setStdin(true).setStdinOnce(true));
        try (SpdyConnection client =
                SpdyConnection.open(urls.attach(container), SpdyScript.COMMAND).command(true)) {
            client.send(7, "echo -n hello\n".getBytes(StandardCharsets.US_ASCII), false);
            client.awaitByte(3);
            client.send(7, "echo -n ' and bye'\n".getBytes(StandardCharsets.US_ASCII), true);
            Map<Integer, String> said = client.readToEnd();
            assertTrue("hello and bye".endsWith(said.getOrDefault(3, "")), said.toString());
            assertEquals("", said.getOrDefault(5, ""));
        }
        assertEquals(0, pod.awaitExit(container).getExitCode());
        assertEquals(
                "hello and bye",
                pod.log(pods.container("main", "/bin/sh").build()).getLast().text());
    }

    @Test
    @Covers("stream.forward")
    void aPortOfAPodIsReached() throws Exception {
        assertForwarded(pods.run("forwarded"), 80);
    }

    @Test
    @Covers("stream.forward-node")
    void aPortOfAPodOnTheNodesNetworkIsReached() throws Exception {
        assertForwarded(pods.run(pods.hostNetwork("forwarded").build()), LocalRegistry.freePort());
    }

    private void assertForwarded(RunningPod pod, int port) throws Exception {
        String server = pod.start(pods.shell(
                "main", "mkdir /www; echo ahoy >/www/index.html; exec httpd -f -p %d -h /www".formatted(port)));
        pod.shell(
                server,
                "for i in $(seq 50); do wget -q -O - http://127.0.0.1:%d/ && break; sleep 0.1; done".formatted(port));
        try (SpdyConnection client = SpdyConnection.open(urls.forward(pod.id()), SpdyScript.FORWARD)) {
            client.forward(1, port);
            client.send(3, "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII), false);
            String answer = client.text(3);
            assertTrue(answer.startsWith("HTTP/1.") && answer.endsWith("ahoy\n"), answer);
        }
    }
}
