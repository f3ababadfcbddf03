package dev.berth.cri.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void timesAnRpcByMethodAndCode() throws Exception {
        metrics.begin("Version").end(Status.Code.OK, "");
        metrics.begin("Version").end(Status.Code.NOT_FOUND, "not_found");
        assertHas("berth_rpc_seconds_count{code=\"OK\",method=\"Version\"} 1");
        assertHas("berth_rpc_seconds_count{code=\"NOT_FOUND\",method=\"Version\"} 1");
        assertHas("berth_rpc_failures_total{kind=\"not_found\",method=\"Version\"} 1.0");
    }

    @Test
    void aHistogramHasFewBuckets() throws Exception {
        metrics.begin("Version").end(Status.Code.OK, "");
        long buckets = page().filter(line -> line.startsWith("berth_rpc_seconds_bucket"))
                .count();
        assertEquals(14, buckets, "thirteen bounds and +Inf");
    }

    @Test
    void countsTheRpcsInFlight() throws Exception {
        RpcMeter.Call call = metrics.begin("PullImage");
        assertHas("berth_rpc_in_flight 1.0");
        call.end(Status.Code.CANCELLED, "cancelled");
        assertHas("berth_rpc_in_flight 0.0");
    }

    @Test
    void timesAStepByVerbStepAndOutcome() throws Exception {
        metrics.record("RunPodSandbox", "network", "done", Duration.ofMillis(30));
        assertHas("berth_step_seconds_bucket{outcome=\"done\",step=\"network\",verb=\"RunPodSandbox\",le=\"0.025\"} 0");
        assertHas("berth_step_seconds_bucket{outcome=\"done\",step=\"network\",verb=\"RunPodSandbox\",le=\"0.05\"} 1");
        assertHas("berth_step_seconds_sum{outcome=\"done\",step=\"network\",verb=\"RunPodSandbox\"} 0.03");
    }

    @Test
    void timesPluginsExecsAndPulls() throws Exception {
        metrics.cni("ADD", "done", Duration.ofMillis(20));
        metrics.exec("killed", Duration.ofSeconds(1));
        metrics.pull("done", Duration.ofSeconds(3), 1000);
        metrics.pull("failed", Duration.ofSeconds(1), 24);
        assertHas("berth_cni_seconds_count{outcome=\"done\",verb=\"ADD\"} 1");
        assertHas("berth_exec_seconds_count{outcome=\"killed\"} 1");
        assertHas("berth_pull_seconds_sum{outcome=\"done\"} 3.0");
        assertHas("berth_pull_bytes_total 1024.0");
    }

    @Test
    void readsAGaugeAtEachScrape() throws Exception {
        int[] pods = {3};
        metrics.gauge(new Reading("berth.pods", "Pods.", () -> pods[0]));
        assertHas("berth_pods 3.0");
        pods[0] = 4;
        assertHas("berth_pods 4.0");
    }

    @Test
    void saysWhatRuns() throws Exception {
        metrics.build("0.1.0", "25");
        assertHas("berth_build_info{java=\"25\",version=\"0.1.0\"} 1");
    }

    @Test
    void seesTheJvm() throws Exception {
        try (JvmReadings _ = JvmReadings.bind(metrics)) {
            List<String> lines = page().toList();
            for (String name :
                    List.of("jvm_memory_used_bytes", "jvm_threads_live_threads", "process_files_open_files")) {
                assertTrue(lines.stream().anyMatch(line -> line.startsWith(name)), name);
            }
        }
    }

    private void assertHas(String line) throws IOException {
        List<String> lines = page().toList();
        assertTrue(lines.contains(line), () -> line + "\nis not in\n" + String.join("\n", lines));
    }

    private Stream<String> page() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, MetricsPage.format(null));
        return out.toString(StandardCharsets.UTF_8).lines();
    }
}
