package dev.berth.cri.cdi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;

/** Reads one spec file, JSON or YAML by its name. */
final class CdiReader {
    private static final int MOST_BYTES = 1 << 20;
    private static final int DEEPEST = 32;
    private static final int MOST_DEVICES = 4096;
    private static final Set<String> VERSIONS =
            Set.of("0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0");
    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxDocumentLength(MOST_BYTES)
            .build();

    private CdiReader() {}

    /** @throws IllegalArgumentException saying what is wrong with the file */
    static CdiSpec read(Path file, int directory) {
        CdiFields spec = CdiFields.of(
                "the spec", tree(file), Set.of("cdiVersion", "kind", "annotations", "devices", "containerEdits"));
        String version = spec.required("cdiVersion");
        if (!VERSIONS.contains(version.startsWith("v") ? version.substring(1) : version)) {
            throw new IllegalArgumentException("its cdiVersion %s is not known".formatted(version));
        }
        String kind = spec.required("kind");
        if (!CdiName.KIND.matcher(kind).matches()) {
            throw new IllegalArgumentException("its kind %s is not like vendor.com/class".formatted(kind));
        }
        return new CdiSpec(
                file, directory, kind, CdiEditsReader.of("the spec", spec.node("containerEdits")), devices(spec));
    }

    private static Map<String, CdiEdits> devices(CdiFields spec) {
        List<JsonNode> nodes = spec.list("devices");
        if (nodes.isEmpty() || nodes.size() > MOST_DEVICES) {
            throw new IllegalArgumentException(
                    "it has %d devices; it must have 1 to %d".formatted(nodes.size(), MOST_DEVICES));
        }
        Map<String, CdiEdits> devices = new LinkedHashMap<>();
        for (JsonNode node : nodes) {
            CdiFields device = CdiFields.of("a device", node, Set.of("name", "annotations", "containerEdits"));
            String name = device.required("name");
            if (!CdiName.DEVICE.matcher(name).matches()) {
                throw new IllegalArgumentException("its device name '%s' is malformed".formatted(name));
            }
            CdiEdits edits = CdiEditsReader.of("the device " + name, device.node("containerEdits"));
            if (devices.put(name, edits) != null) {
                throw new IllegalArgumentException("it has the device %s twice".formatted(name));
            }
        }
        return devices;
    }

    private static JsonNode tree(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException("it is larger than %d bytes".formatted(MOST_BYTES));
            }
            return mapper(file).readTree(bytes);
        } catch (JsonProcessingException wrong) {
            throw new IllegalArgumentException(unparsed(wrong), wrong);
        } catch (IOException failure) {
            throw new IllegalArgumentException("it cannot be read: " + failure.getMessage(), failure);
        }
    }

    /** What the parser says, without its note on where an object began. */
    private static String unparsed(JsonProcessingException wrong) {
        String first = wrong.getOriginalMessage().lines().findFirst().orElse("unreadable");
        int line = wrong.getLocation() == null ? 1 : wrong.getLocation().getLineNr();
        return "line %d cannot be parsed: %s".formatted(line, first.replaceFirst(" \\(start marker.*", ""));
    }

    private static ObjectMapper mapper(Path file) {
        if (file.toString().endsWith(".json")) {
            return new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(BOUNDS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build());
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MOST_BYTES);
        options.setNestingDepthLimit(DEEPEST);
        options.setAllowDuplicateKeys(false);
        return new ObjectMapper(YAMLFactory.builder()
                .loaderOptions(options)
                .streamReadConstraints(BOUNDS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build());
    }
}
