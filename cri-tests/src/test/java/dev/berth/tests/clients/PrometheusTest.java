package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.LocalRegistry;
import dev.berth.tests.node.Project;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's Prometheus scraping a live Berth by the file we ship. */
@OnNode
@OnlyBerth("scrapes its metrics page")
class PrometheusTest {
    private static final Path SHIPPED = Project.root().resolve("deploy/prometheus/prometheus.yml");

    private final TestNode node;

    PrometheusTest(TestNode node) {
        this.node = node;
    }

    @Test
    void promtoolAcceptsTheFileAndTheMetrics(@TempDir Path folder) throws Exception {
        assumeTrue(Command.find("promtool").isPresent(), "promtool is not on PATH");
        Command.mustRun("promtool", "check", "config", SHIPPED.toString());
        String page;
        try (RunningPod pod = node.pods().run("metered")) {
            pod.start(node.pods().idle("main"));
            page = get("http://%s/metrics".formatted(node.folders().metricsAddress()));
        }
        Path file = Files.writeString(folder.resolve("metrics"), page);
        Command result = Command.run(Map.of(), List.of("sh", "-c", "promtool check metrics < " + file));
        assertEquals(0, result.status(), result.output());
    }

    @Test
    void prometheusSeesPodsAndTheirSteps(@TempDir Path folder) throws Exception {
        assumeTrue(Command.find("prometheus").isPresent(), "prometheus is not on PATH");
        int port = LocalRegistry.freePort();
        Process prometheus = start(folder, port);
        try (RunningPod pod = node.pods().run("scraped")) {
            pod.exec(pod.start(node.pods().idle("main")), "/bin/true");
            assertTrue(value(port, "up{job=\"berth\"}") == 1);
            assertTrue(value(port, "sum(berth_rpc_seconds_count{method=\"RunPodSandbox\"})") >= 1);
            assertTrue(value(port, "count(berth_step_seconds_count)") >= 3);
            assertTrue(value(port, "count(berth_rpc_seconds_bucket{method=\"ExecSync\"})") >= 2);
            assertTrue(value(port, "sum(berth_exec_seconds_count{outcome=\"ended\"})") >= 1);
            String container = "{namespace=\"berth-tests\",pod=\"scraped\",container=\"main\"}";
            double seconds = value(port, "container_cpu_usage_seconds_total" + container);
            assertTrue(seconds > 0 && seconds != Math.rint(seconds), "seconds have a fraction: " + seconds);
            assertTrue(value(
                            port,
                            "container_memory_working_set_bytes" + container
                                    + " / on(namespace, pod) container_network_receive_packets_total{interface=\"eth0\"}")
                    > 0);
        } finally {
            prometheus.destroy();
            prometheus.waitFor();
        }
    }

    private Process start(Path folder, int port) throws IOException {
        String shipped = Files.readString(SHIPPED);
        String ours = shipped.replace("127.0.0.1:9640", node.folders().metricsAddress())
                .replace("scrape_interval: 15s", "scrape_interval: 1s");
        assertTrue(!ours.equals(shipped), "The shipped file does not scrape 127.0.0.1:9640 every 15 s");
        Path configuration = Files.writeString(folder.resolve("prometheus.yml"), ours);
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
    }

    /** The value of a query once it has one that is not 0. */
    private static double value(int port, String query) throws Exception {
        String uri = "http://127.0.0.1:%d/api/v1/query?query=%s"
                .formatted(port, URLEncoder.encode(query, StandardCharsets.UTF_8));
        for (int i = 0; i < 100; i++) {
            try {
                JsonNode result =
                        new ObjectMapper().readTree(get(uri)).path("data").path("result");
                double value = result.path(0).path("value").path(1).asDouble();
                if (value != 0) {
                    return value;
                }
            } catch (IOException _) {
                // It has not started yet.
            }
            Thread.sleep(200);
        }
        throw new AssertionError("Prometheus has no value for " + query);
    }

    private static String get(String uri) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
                    .body();
        }
    }
}
