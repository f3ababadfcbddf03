package dev.berth.runtime.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a runtime wrote, read to its point: the last complaint. Never more than a little of it, whatever the runtime writes. */
public final class RuntimeLog {
    private static final int MOST_BYTES = 64 << 10;
    private static final int MOST_LETTERS = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(MOST_BYTES)
                            .maxNestingDepth(16)
                            .build())
                    .build())
            .build();

    private RuntimeLog() {}

    /** The last message of a log of JSON lines; empty when there is none. */
    public static String complaint(Path log) {
        try (InputStream in = Files.newInputStream(log)) {
            return complaint(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        } catch (IOException _) {
            return "";
        }
    }

    /** The last message of JSON lines, or else the last line that is no JSON. */
    public static String complaint(String lines) {
        List<String> said = lines.lines()
                .filter(line -> !line.isBlank())
                .map(RuntimeLog::message)
                .toList();
        return said.isEmpty() ? "" : printable(said.getLast());
    }

    /** The member {@code status} of what {@code state} prints: created, running, stopped; empty when it says something else. */
    public static String status(byte[] state) {
        try {
            JsonNode json = state.length > MOST_BYTES ? null : JSON.readTree(state);
            return json == null ? "" : json.path("status").asText("");
        } catch (IOException _) {
            return "";
        }
    }

    private static String message(String line) {
        try {
            JsonNode message = line.startsWith("{") ? JSON.readTree(line).path("msg") : JSON.missingNode();
            return message.isTextual() ? message.asText() : line;
        } catch (JsonProcessingException _) {
            return line;
        }
    }

    private static String printable(String text) {
        String plain = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return plain.length() <= MOST_LETTERS ? plain : plain.substring(0, MOST_LETTERS) + "…";
    }
}
