package dev.berth.cri.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsPageTest {
    private final Metrics metrics = new Metrics();
    private final HttpClient client = HttpClient.newHttpClient();
    private MetricsPage page;

    @BeforeEach
    void start() throws IOException {
        page = MetricsPage.start(metrics, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        metrics.begin("Version").end(Status.Code.OK, "");
    }

    @AfterEach
    void stop() {
        page.close();
        metrics.close();
        client.close();
    }

    @Test
    void servesTheTextFormat() throws Exception {
        HttpResponse<String> reply = send(get("/metrics"));
        assertEquals(200, reply.statusCode());
        assertTrue(type(reply).startsWith("text/plain; version=0.0.4"), type(reply));
        assertTrue(reply.body().contains("# TYPE berth_rpc_seconds histogram"), reply.body());
    }

    @Test
    void servesOpenMetricsToThoseWhoAskForIt() throws Exception {
        HttpResponse<String> reply = send(get("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"));
        assertTrue(type(reply).startsWith("application/openmetrics-text"), type(reply));
        assertTrue(reply.body().endsWith("# EOF\n"));
    }

    @Test
    void neverChoosesTheProtobufFormat() throws Exception {
        HttpResponse<String> reply = send(get("/metrics")
                .header("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily"));
        assertTrue(type(reply).startsWith("text/plain"), type(reply));
    }

    @Test
    void saysThatItIsWell() throws Exception {
        assertEquals("ok\n", send(get("/healthz")).body());
    }

    @Test
    void refusesEverythingElse() throws Exception {
        assertEquals(404, send(get("/metrics/../etc/passwd")).statusCode());
        assertEquals(404, send(get("/")).statusCode());
        assertEquals(
                405,
                send(request("/metrics").POST(HttpRequest.BodyPublishers.ofString("x")))
                        .statusCode());
    }

    private HttpRequest.Builder get(String path) {
        return request(path).GET();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + page.address().getPort() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String type(HttpResponse<String> reply) {
        return reply.headers().firstValue("Content-Type").orElse("");
    }
}
