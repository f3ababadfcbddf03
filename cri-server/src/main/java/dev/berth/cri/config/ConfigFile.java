package dev.berth.cri.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlFactory;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a TOML file into flat keys. */
final class ConfigFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 16;

    private ConfigFile() {}

    /**
     * Reads the file.
     *
     * @throws NoSuchFileException when there is none
     * @throws ConfigFailure when it is no TOML
     */
    static List<Given> read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ConfigFailure(
                        List.of("%s: is larger than 1 MiB, which no configuration is.".formatted(file)));
            }
            return parse(file, new String(bytes, StandardCharsets.UTF_8));
        }
    }

    static List<Given> parse(Path file, String text) {
        try {
            Map<String, Integer> lines = TomlLines.of(text);
            List<Given> given = new ArrayList<>();
            if (mapper().readTree(text) instanceof ObjectNode root) {
                flatten(
                        "",
                        root,
                        (key, value) ->
                                given.add(new Given(key, value, new Source.File(file, lines.getOrDefault(key, 0)))));
            }
            return given;
        } catch (JsonProcessingException wrong) {
            throw new ConfigFailure(List.of("%s:%d: is not TOML: %s."
                    .formatted(
                            file,
                            line(wrong),
                            wrong.getOriginalMessage().lines().findFirst().orElse("unreadable"))));
        }
    }

    private static int line(JsonProcessingException wrong) {
        return wrong.getLocation() == null ? 1 : wrong.getLocation().getLineNr();
    }

    private static TomlMapper mapper() {
        return new TomlMapper(TomlFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxDocumentLength(MAX_BYTES)
                        .build())
                .build());
    }

    /** Takes the leaves of the tree. */
    private interface Leaves {
        void add(String key, Object value);
    }

    private static void flatten(String prefix, ObjectNode table, Leaves leaves) {
        for (Map.Entry<String, JsonNode> entry : table.properties()) {
            String key = prefix + entry.getKey();
            if (entry.getValue() instanceof ObjectNode nested) {
                flatten(key + ".", nested, leaves);
            } else {
                leaves.add(key, plain(entry.getValue()));
            }
        }
    }

    private static Object plain(JsonNode node) {
        if (node.isArray()) {
            return node.valueStream().map(ConfigFile::plain).toList();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : node.asText();
    }
}
