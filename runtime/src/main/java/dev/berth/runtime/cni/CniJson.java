package dev.berth.runtime.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON of configurations and plugins, bounded in every direction. */
final class CniJson {
    static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(ProgramRunner.MOST_BYTES)
                            .maxNestingDepth(64)
                            .maxStringLength(1 << 18)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CniJson() {}

    /**
     * @param what stands at the beginning of the message: what the text was to be
     * @throws CniFailure when the text is not one JSON object
     */
    static ObjectNode object(byte[] json, CniFailure.Kind kind, String what) {
        try {
            if (MAPPER.readTree(json) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException failure) {
            throw CniFailure.of(kind, "%s is not JSON: %s.".formatted(what, failure.getOriginalMessage()));
        } catch (IOException failure) {
            throw new CniFailure(kind, "%s cannot be read.".formatted(what), 0, failure);
        }
        throw CniFailure.of(kind, "%s is not a JSON object.".formatted(what));
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException("a tree of JSON nodes is always writable", failure);
        }
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asText("");
    }

    /** The strings of an array; none when the field is missing or something else. */
    static List<String> texts(JsonNode object, String field) {
        List<String> texts = new ArrayList<>();
        object.path(field).forEach(element -> texts.add(element.asText()));
        return texts;
    }

    static @Nullable String textOrNull(JsonNode object, String field) {
        return object.path(field).textValue();
    }
}
