package dev.berth.cri.metrics;

import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every number of Berth that Prometheus sees. Labels take values from closed sets only (method, code, verb, step, outcome), never
 * names or ids of pods: the number of series is bounded by the code. What is added by {@link #collect} bounds itself.
 */
public final class Metrics implements RpcMeter, AutoCloseable {
    /** Upper bounds of the histogram buckets: from a Version call to a pull that takes minutes. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(1000),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Tags, Timer> rpcs = new ConcurrentHashMap<>();
    private final Map<Tags, Timer> steps = new ConcurrentHashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();

    public Metrics() {
        gauge(new Reading("berth.rpc.in.flight", "RPCs that are being answered now.", inFlight::get));
    }

    @Override
    public Call begin(String method) {
        long start = System.nanoTime();
        inFlight.incrementAndGet();
        return (code, kind) -> {
            inFlight.decrementAndGet();
            ended(method, code, Duration.ofNanos(System.nanoTime() - start));
            if (code != Status.Code.OK) {
                failed(method, kind);
            }
        };
    }

    /**
     * Times one step of a verb that has ended.
     *
     * @param verb the RPC's name, for example {@code RunPodSandbox}
     * @param step the step's name; a verb has a fixed set of them
     * @param outcome {@code ok}, {@code failed} or {@code undone}
     */
    public void record(String verb, String step, String outcome, Duration took) {
        Tags tags = Tags.of("verb", verb, "step", step, "outcome", outcome);
        steps.computeIfAbsent(tags, key -> timer("berth.step", "Time of each step of each verb.", key))
                .record(took);
    }

    /**
     * Times one run of a network plugin list.
     *
     * @param verb {@code ADD}, {@code DEL}, {@code CHECK}, {@code GC} or {@code STATUS}
     * @param outcome {@code ok} or {@code failed}
     */
    public void cni(String verb, String outcome, Duration took) {
        timer("berth.cni", "Time that CNI plugins took.", Tags.of("verb", verb, "outcome", outcome))
                .record(took);
    }

    /**
     * Times one ExecSync or exec session.
     *
     * @param outcome {@code ended} or {@code killed}
     */
    public void exec(String outcome, Duration took) {
        timer("berth.exec", "Time of commands run in containers on request.", Tags.of("outcome", outcome))
                .record(took);
    }

    /**
     * Times one pull.
     *
     * @param outcome {@code done}, {@code present} or {@code failed}
     * @param bytes received from registries, compressed
     */
    public void pull(String outcome, Duration took, long bytes) {
        timer("berth.pull", "Time of image pulls.", Tags.of("outcome", outcome)).record(took);
        Counter.builder("berth.pull.bytes")
                .description("Bytes received from registries.")
                .register(registry)
                .increment((double) bytes);
    }

    /** Adds a gauge; a second one of the same name is ignored. */
    public void gauge(Reading reading) {
        Gauge.builder(reading.name(), () -> reading.value().get())
                .description(reading.help())
                .register(registry);
    }

    /** Adds what is read as a whole at each scrape. */
    public void collect(MultiCollector collector) {
        registry.getPrometheusRegistry().register(collector);
    }

    /** Adds {@code berth_build_info}, whose value is always 1. */
    public void build(String version, String java) {
        Info info = Info.builder()
                .name("berth_build_info")
                .help("What runs: the version of Berth and of Java.")
                .labelNames("version", "java")
                .register(registry.getPrometheusRegistry());
        info.addLabelValues(version, java);
    }

    /** Where further meters are registered. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Writes every metric in one of the text formats of Prometheus. */
    public void scrape(OutputStream out, String contentType) throws IOException {
        registry.scrape(out, contentType);
    }

    @Override
    public void close() {
        registry.close();
    }

    private void ended(String method, Status.Code code, Duration took) {
        Tags tags = Tags.of("method", method, "code", code.name());
        rpcs.computeIfAbsent(tags, key -> timer("berth.rpc", "Time to answer an RPC.", key))
                .record(took);
    }

    private void failed(String method, String kind) {
        Counter.builder("berth.rpc.failures")
                .description("RPCs that failed, by kind of failure.")
                .tags("method", method, "kind", kind)
                .register(registry)
                .increment();
    }

    private Timer timer(String name, String help, Tags tags) {
        return Timer.builder(name)
                .description(help)
                .tags(tags)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
