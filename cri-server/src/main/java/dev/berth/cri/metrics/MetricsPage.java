package dev.berth.cri.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The HTTP page that Prometheus scrapes: {@code /metrics} and {@code /healthz}, and nothing else. */
public final class MetricsPage implements AutoCloseable {
    /** Scrapes at a time; more are told to come again. Each holds the page in memory. */
    private static final int MAX_SCRAPES = 4;

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final Metrics metrics;
    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore scrapes = new Semaphore(MAX_SCRAPES);

    private MetricsPage(Metrics metrics, HttpServer server) {
        this.metrics = metrics;
        this.server = server;
    }

    /** Listens; port 0 takes a free one. */
    public static MetricsPage start(Metrics metrics, InetSocketAddress address) throws IOException {
        boundConnections();
        MetricsPage page = new MetricsPage(metrics, HttpServer.create(address, 16));
        page.server.setExecutor(page.requests);
        page.server.createContext("/", page::answer);
        page.server.start();
        return page;
    }

    /** Where the page listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }

    /** The JDK's server reads its bounds once, from properties; what the operator set wins. */
    private static void boundConnections() {
        String connections = System.getProperty("jdk.httpserver.maxConnections", "64");
        System.setProperty("jdk.httpserver.maxConnections", connections);
        String seconds = System.getProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxReqTime", seconds);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                send(exchange, 405, TEXT, text("Only GET and HEAD are answered here.\n"));
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/metrics" -> scrape(exchange);
                case "/healthz" -> send(exchange, 200, TEXT, text("ok\n"));
                default -> send(exchange, 404, TEXT, text("Nothing here; the metrics are at /metrics.\n"));
            }
        }
    }

    private void scrape(HttpExchange exchange) throws IOException {
        if (!scrapes.tryAcquire()) {
            send(exchange, 503, TEXT, text("%d scrapes run already; try again.\n".formatted(MAX_SCRAPES)));
            return;
        }
        try {
            String format = format(exchange.getRequestHeaders().getFirst("Accept"));
            ByteArrayOutputStream page = new ByteArrayOutputStream(32_768);
            metrics.scrape(page, format);
            send(exchange, 200, format, page.toByteArray());
        } finally {
            scrapes.release();
        }
    }

    /** OpenMetrics for those who ask for it. The protobuf format is never chosen: it would cost a second protobuf runtime. */
    static String format(@Nullable String accept) {
        return accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
