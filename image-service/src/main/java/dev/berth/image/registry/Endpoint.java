package dev.berth.image.registry;

import dev.berth.image.failure.ImageFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;

/** One repository on one server: a GET that logs in when asked to, and turns statuses into failures. */
final class Endpoint {
    private final RegistryHost host;
    private final String repository;
    private final Http http;
    private final Authorizer authorizer;

    Endpoint(RegistryHost host, String repository, Http http, Authorizer authorizer) {
        this.host = host;
        this.repository = repository;
        this.http = http;
        this.authorizer = authorizer;
    }

    RegistryHost host() {
        return host;
    }

    /**
     * Gets something once.
     *
     * @param rest what follows the repository in the address
     * @return a response with status 200 or 206, whose body the caller closes
     */
    HttpResponse<BodyStream> get(String rest, Map<String, String> headers) throws IOException {
        URI address = host.address(repository, rest);
        String authorization = authorizer.header();
        HttpResponse<BodyStream> response = http.get(host, address, headers, authorization);
        if (response.statusCode() == 401) {
            response.body().discard();
            String other = authorizer.answer(response.headers().allValues("WWW-Authenticate"), authorization);
            response = http.get(host, address, headers, other);
        }
        check(rest, response);
        return response;
    }

    private void check(String rest, HttpResponse<BodyStream> response) throws IOException {
        int status = response.statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        response.body().discard();
        switch (status) {
            case 401, 403 -> throw authorizer.denied(" (status %d)".formatted(status));
            case 404 ->
                throw new ImageFailure(
                        ImageFailure.Kind.NOT_FOUND, "%s has no %s/%s".formatted(host, repository, rest));
            case 416 ->
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "%s has less of %s/%s than was promised".formatted(host, repository, rest));
            case 408, 425, 429, 500, 502, 503, 504 ->
                throw new TransientFailure(
                        "%s answered %d".formatted(host, status),
                        response.headers().firstValue("Retry-After").orElse(""));
            default ->
                throw new ImageFailure(
                        ImageFailure.Kind.UNAVAILABLE,
                        "%s answered %d to GET %s/%s".formatted(host, status, repository, rest));
        }
    }
}
