package dev.berth.tests.apiserver;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Kubernetes API on loopback for one kubelet: keeps objects as they are given and lets them be listed and watched. It knows no
 * rules, so whatever is asked for exists, mostly as an empty collection; selectors are ignored, because all there is concerns the one
 * node.
 */
public final class ApiServer implements AutoCloseable {
    private static final Pattern VERSION = Pattern.compile("(?:^|&)resourceVersion=(\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ApiObjects objects = new ApiObjects();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    private ApiServer(HttpServer server) {
        this.server = server;
    }

    public static ApiServer start() throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ApiServer api = new ApiServer(HttpServer.create(address, 0));
        api.server.createContext("/", api::handle);
        api.server.setExecutor(api.threads);
        api.server.start();
        return api;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The object at a path; empty when there is none. */
    public Optional<ObjectNode> get(String path) {
        return objects.get(path);
    }

    /** The objects of a collection. */
    public List<ObjectNode> list(String collection) {
        return objects.list(ApiPath.of(collection)).items();
    }

    public ObjectNode create(String path, String json) throws IOException {
        ObjectNode object = (ObjectNode) JSON.readTree(json);
        return objects.create(path, object)
                .orElseThrow(() -> new IllegalStateException("There is already an object " + path));
    }

    /** Changes an object's specification, which makes a new generation of it. */
    public ObjectNode respecify(String path, Consumer<ObjectNode> change) {
        return objects.update(path, object -> {
                    change.accept(object.withObject("/spec"));
                    ObjectNode metadata = object.withObject("/metadata");
                    metadata.put("generation", metadata.path("generation").asLong() + 1);
                })
                .orElseThrow(() -> new IllegalStateException("There is no object " + path));
    }

    /** Asks for a pod's end; the kubelet removes the object when the pod is gone. */
    public void delete(String pod) {
        objects.update(
                pod,
                object -> object.withObject("/metadata")
                        .put(
                                "deletionTimestamp",
                                object.at("/metadata/creationTimestamp").asText())
                        .put("deletionGracePeriodSeconds", 1));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query =
                    Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
            ApiPath path = ApiPath.of(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if (exchange.getRequestMethod().equals("GET") && path.name().isEmpty()) {
                collection(exchange, path, query);
            } else {
                object(exchange, path);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void collection(HttpExchange exchange, ApiPath path, String query)
            throws IOException, InterruptedException {
        if (query.contains("sendInitialEvents=true")) {
            refuse(exchange, 400, "BadRequest"); // Clients then list and watch from there.
        } else if (query.contains("watch=true")) {
            watch(exchange, path, query);
        } else {
            ApiObjects.Listing listing = objects.list(path);
            ObjectNode list = JSON.createObjectNode();
            if (path.collection().endsWith("/pods")) {
                // The one list that the kubelet reads without knowing what it will be.
                list.put("apiVersion", "v1").put("kind", "PodList");
            }
            list.putObject("metadata").put("resourceVersion", String.valueOf(listing.version()));
            list.putArray("items").addAll(listing.items());
            respond(exchange, 200, list);
        }
    }

    private void watch(HttpExchange exchange, ApiPath path, String query) throws IOException, InterruptedException {
        Matcher from = VERSION.matcher(query);
        long version = from.find() ? Long.parseLong(from.group(1)) : 0;
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.flush();
        while (true) {
            List<ApiObjects.Change> changes = objects.awaitAfter(version);
            version += changes.size();
            for (ApiObjects.Change change : changes) {
                if (path.holds(change.path())) {
                    ObjectNode event = JSON.createObjectNode().put("type", change.type());
                    event.set("object", change.object());
                    out.write(JSON.writeValueAsBytes(event));
                    out.flush();
                }
            }
        }
    }

    private void object(HttpExchange exchange, ApiPath path) throws IOException {
        ObjectNode body = body(exchange);
        String method = exchange.getRequestMethod();
        Optional<ObjectNode> answer = switch (method) {
            case "GET" -> objects.get(path.object());
            case "POST" -> objects.create(path.collection() + "/" + name(body), body);
            case "PUT" -> objects.update(path.object(), object -> replace(object, body, path.subresource()));
            case "PATCH" -> objects.update(path.object(), object -> StrategicMerge.apply(object, body));
            case "DELETE" -> objects.delete(path.object());
            default -> Optional.empty();
        };
        if (answer.isPresent()) {
            respond(exchange, method.equals("POST") ? 201 : 200, answer.get());
        } else if (method.equals("POST")) {
            refuse(exchange, 409, "AlreadyExists");
        } else {
            refuse(exchange, 404, "NotFound");
        }
    }

    private static String name(ObjectNode object) {
        return object.at("/metadata/name").asText();
    }

    private static void replace(ObjectNode object, ObjectNode by, String part) {
        if (part.isEmpty()) {
            object.setAll(by);
        } else {
            object.set(part, by.path(part));
        }
    }

    private static ObjectNode body(HttpExchange exchange) throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            byte[] bytes = in.readAllBytes();
            return bytes.length == 0 ? JSON.createObjectNode() : (ObjectNode) JSON.readTree(bytes);
        }
    }

    private static void refuse(HttpExchange exchange, int code, String reason) throws IOException {
        ObjectNode status = JSON.createObjectNode()
                .put("apiVersion", "v1")
                .put("kind", "Status")
                .put("status", "Failure")
                .put("reason", reason)
                .put("code", code);
        respond(exchange, code, status);
    }

    private static void respond(HttpExchange exchange, int code, ObjectNode answer) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(answer);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }
}
