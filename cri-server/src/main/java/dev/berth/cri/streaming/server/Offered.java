package dev.berth.cri.streaming.server;

import io.netty.handler.codec.http.HttpRequest;
import java.util.Arrays;
import java.util.List;

/** The protocols that a client offers to speak after an upgrade. */
final class Offered {
    private Offered() {}

    /** What a header names, in one line or in several. */
    static List<String> in(HttpRequest request, CharSequence header) {
        return request.headers().getAll(header).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .toList();
    }

    /** The sentence for a client that speaks none of ours. */
    static String refusal(List<String> offered, List<String> spoken) {
        return "None of the protocols %s is spoken here; these are: %s."
                .formatted(String.join(", ", offered), String.join(", ", spoken));
    }
}
