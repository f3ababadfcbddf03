package dev.berth.image.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The one HTTP client of the process, with a variant per set of certificates. */
final class Http implements AutoCloseable {
    private static final int MOST_CLIENTS = 32;
    private static final int MOST_REDIRECTS = 10;
    private static final String AUTHORIZATION = "Authorization";

    private record Variant(Tls tls, Duration dialTimeout) {}

    private final Duration progressTimeout;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Variant, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);

    Http(Duration progressTimeout) {
        this.progressTimeout = progressTimeout;
    }

    /**
     * Gets an address of a server, following redirects. Its headers and the authorization go to that server alone: a redirect
     * to another one is followed without them.
     */
    HttpResponse<BodyStream> get(RegistryHost host, URI address, Map<String, String> headers, String authorization)
            throws IOException {
        URI current = address;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(current);
            headers.forEach(request::setHeader);
            if (sameServer(address, current)) {
                host.headers().forEach(request::setHeader);
                if (!authorization.isEmpty()) {
                    request.setHeader(AUTHORIZATION, authorization);
                }
            }
            HttpResponse<BodyStream> response = send(host, request);
            String location = response.headers().firstValue("Location").orElse("");
            if (!isRedirect(response.statusCode()) || location.isEmpty()) {
                return response;
            }
            response.body().discard();
            current = follow(current, location);
        }
        throw new IOException("%s redirects more than %d times".formatted(address, MOST_REDIRECTS));
    }

    /** Sends one request, without following anything. */
    HttpResponse<BodyStream> send(RegistryHost host, HttpRequest.Builder request) throws IOException {
        HttpRequest ready = request.timeout(progressTimeout)
                .setHeader("User-Agent", "berth")
                .build();
        try {
            return client(new Variant(host.tls(), host.dialTimeout()))
                    .send(ready, _ -> new BodyStream(progressTimeout));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while asking " + host);
        }
    }

    private static boolean isRedirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private static URI follow(URI from, String location) throws IOException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new IOException("%s redirects to something that is no address".formatted(from), e);
        }
        boolean downgraded = "https".equals(from.getScheme()) && "http".equals(to.getScheme());
        boolean web = "http".equals(to.getScheme()) || "https".equals(to.getScheme());
        if (!web || to.getHost() == null || downgraded) {
            throw new IOException("%s redirects to %s, which is not followed".formatted(from, shown(to)));
        }
        return to;
    }

    private static String shown(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }

    static boolean sameServer(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && String.valueOf(one.getHost()).equalsIgnoreCase(String.valueOf(other.getHost()))
                && port(one) == port(other);
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : "http".equals(address.getScheme()) ? 80 : 443;
    }

    private HttpClient client(Variant variant) {
        synchronized (clients) {
            HttpClient known = clients.get(variant);
            if (known != null) {
                return known;
            }
            if (clients.size() >= MOST_CLIENTS) {
                // Dropped, not closed: requests under way keep it alive until they end.
                clients.remove(clients.keySet().iterator().next());
            }
            HttpClient client = make(variant);
            clients.put(variant, client);
            return client;
        }
    }

    private HttpClient make(Variant variant) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(variant.dialTimeout())
                .proxy(EnvironmentProxies.of(System.getenv()))
                .executor(threads);
        return variant.tls().equals(Tls.DEFAULT)
                ? builder.build()
                : builder.sslContext(TlsContext.of(variant.tls())).build();
    }

    @Override
    public void close() {
        synchronized (clients) {
            clients.values().forEach(HttpClient::shutdownNow);
            clients.clear();
        }
        threads.shutdownNow();
    }
}
