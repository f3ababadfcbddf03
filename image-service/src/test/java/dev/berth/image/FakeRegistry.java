package dev.berth.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.berth.image.reference.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A registry on loopback that serves what it was given and misbehaves as it is told. */
public final class FakeRegistry implements AutoCloseable {
    /** Answers a request in place of the registry; false to let the registry answer. */
    public interface Misbehaviour {
        boolean answer(HttpExchange exchange) throws IOException;
    }

    /** A request that came in. */
    public record Seen(String method, String path, String query, Headers headers) {}

    private record Manifest(byte[] bytes, String type) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, Manifest> manifests = new ConcurrentHashMap<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private volatile @Nullable Misbehaviour misbehaviour;
    private volatile boolean ranges = true;

    public FakeRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Writes a hosts.toml that lets this registry be reached in plain text, under its address. */
    public void allow(Path hostsDirectory) {
        mirror(hostsDirectory, address(), "server = \"http://%s\"\n".formatted(address()));
    }

    public static void mirror(Path hostsDirectory, String host, String text) {
        try {
            Path folder = Files.createDirectories(hostsDirectory.resolve(host));
            Files.writeString(folder.resolve("hosts.toml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void misbehave(@Nullable Misbehaviour how) {
        misbehaviour = how;
    }

    public void withoutRanges() {
        ranges = false;
    }

    public Digest blob(byte[] bytes) {
        Digest digest = Digest.of(bytes);
        blobs.put(digest.toString(), bytes);
        return digest;
    }

    public Digest manifest(String repository, String tag, byte[] bytes, String type) {
        Digest digest = Digest.of(bytes);
        manifests.put(repository + ":" + tag, new Manifest(bytes, type));
        manifests.put(repository + ":" + digest, new Manifest(bytes, type));
        return digest;
    }

    public List<Seen> seen() {
        return seen;
    }

    public long count(String pathPart) {
        return seen.stream()
                .filter(request -> request.path().contains(pathPart))
                .count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        seen.add(new Seen(exchange.getRequestMethod(), path, query, exchange.getRequestHeaders()));
        try (exchange) {
            Misbehaviour how = misbehaviour;
            if (how == null || !how.answer(exchange)) {
                serve(exchange, path);
            }
        }
    }

    private void serve(HttpExchange exchange, String path) throws IOException {
        int manifest = path.indexOf("/manifests/");
        int blob = path.indexOf("/blobs/");
        if (path.startsWith("/v2/") && manifest > 0) {
            String repository = path.substring("/v2/".length(), manifest);
            Manifest found = manifests.get(repository + ":" + path.substring(manifest + "/manifests/".length()));
            if (found != null) {
                exchange.getResponseHeaders().set("Content-Type", found.type());
                respond(exchange, 200, found.bytes());
                return;
            }
        }
        byte[] bytes = blob < 0 ? null : blobs.get(path.substring(blob + "/blobs/".length()));
        if (bytes == null) {
            respond(exchange, 404, "{}".getBytes(UTF_8));
        } else {
            serveBlob(exchange, bytes);
        }
    }

    /** Serves a blob, or the part of it that a Range header asks for. */
    public void serveBlob(HttpExchange exchange, byte[] bytes) throws IOException {
        int from = from(exchange);
        if (from == 0 || !ranges) {
            respond(exchange, 200, bytes);
            return;
        }
        if (from >= bytes.length) {
            respond(exchange, 416, new byte[0]);
            return;
        }
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
        exchange.sendResponseHeaders(206, bytes.length - from);
        exchange.getResponseBody().write(bytes, from, bytes.length - from);
    }

    public static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
    }

    public static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    public static boolean isBlob(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().contains("/blobs/");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
