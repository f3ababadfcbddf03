package dev.berth.image.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.image.failure.ImageFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object from elsewhere, with typed and bounded access to its fields; what is malformed is CORRUPT. */
public final class Json {
    /** Most bytes of one document. */
    public static final int LONGEST = 4 << 20;

    private static final int MOST_ITEMS = 10_000;
    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(32)
            .maxDocumentLength(LONGEST)
            .maxStringLength(1 << 20)
            .maxNameLength(4096)
            .maxNumberLength(40)
            .build();
    private static final ObjectMapper MAPPER = new ObjectMapper(
                    JsonFactory.builder().streamReadConstraints(BOUNDS).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String what;
    private final JsonNode node;

    private Json(String what, JsonNode node) {
        this.what = what;
        this.node = node;
    }

    /** Parses one object; {@code what} names the document in failures. */
    public static Json parse(String what, byte[] bytes) {
        if (bytes.length > LONGEST) {
            throw corrupt("%s has %d bytes, more than %d".formatted(what, bytes.length, LONGEST), null);
        }
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || !node.isObject()) {
                throw corrupt("%s is not a JSON object".formatted(what), null);
            }
            return new Json(what, node);
        } catch (JsonProcessingException e) {
            throw corrupt("%s is not valid JSON: %s".formatted(what, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw corrupt("%s cannot be read: %s".formatted(what, e.getMessage()), e);
        }
    }

    /** Parses an array of objects. */
    public static List<Json> parseArray(String what, byte[] bytes) {
        byte[] opening = "{\"items\":".getBytes(UTF_8);
        byte[] whole = new byte[opening.length + bytes.length + 1];
        System.arraycopy(opening, 0, whole, 0, opening.length);
        System.arraycopy(bytes, 0, whole, opening.length, bytes.length);
        whole[whole.length - 1] = '}';
        return parse(what, whole).objects("items");
    }

    /** A new object to be filled and written. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static byte[] write(ObjectNode object) {
        try {
            return MAPPER.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree always has a JSON form", e);
        }
    }

    public boolean has(String field) {
        return node.hasNonNull(field);
    }

    /** A text, or null when the field is absent or null. */
    public @Nullable String text(String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(field, "is not a text");
        }
        return value.textValue();
    }

    /** A text, empty when the field is absent or null. */
    public String textOrEmpty(String field) {
        String text = text(field);
        return text == null ? "" : text;
    }

    public String requiredText(String field) {
        String text = text(field);
        if (text == null) {
            throw wrong(field, "is missing");
        }
        return text;
    }

    /** A number between 0 and Long.MAX_VALUE. */
    public long requiredSize(String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(field, "is not a number of bytes");
        }
        return value.longValue();
    }

    /** A whole number, or the default when the field is absent. */
    public long number(String field, long absent) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(field, "is not a whole number");
        }
        return value.longValue();
    }

    public boolean flag(String field) {
        JsonNode value = node.get(field);
        return value != null && value.isBoolean() && value.booleanValue();
    }

    /** A nested object, or null when the field is absent or null. */
    public @Nullable Json object(String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isObject()) {
            throw wrong(field, "is not an object");
        }
        return new Json(what, value);
    }

    public List<Json> objects(String field) {
        List<Json> objects = new ArrayList<>();
        for (JsonNode item : items(field)) {
            if (!item.isObject()) {
                throw wrong(field, "holds something that is not an object");
            }
            objects.add(new Json(what, item));
        }
        return objects;
    }

    public List<String> texts(String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : items(field)) {
            if (!item.isTextual()) {
                throw wrong(field, "holds something that is not a text");
            }
            texts.add(item.textValue());
        }
        return List.copyOf(texts);
    }

    private Iterable<JsonNode> items(String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(field, "is not an array");
        }
        checkCount(field, value);
        return value;
    }

    /** The names of a nested object's fields, in their order; none when it is absent. */
    public List<String> keys(String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.isObject()) {
            return List.of();
        }
        checkCount(field, value);
        List<String> keys = new ArrayList<>();
        value.fieldNames().forEachRemaining(keys::add);
        return List.copyOf(keys);
    }

    /** A nested object of texts, in its order; none when it is absent. */
    public Map<String, String> textMap(String field) {
        Map<String, String> map = new LinkedHashMap<>();
        Json object = object(field);
        for (String key : keys(field)) {
            map.put(key, object == null ? "" : object.textOrEmpty(key));
        }
        return Collections.unmodifiableMap(map);
    }

    private void checkCount(String field, JsonNode value) {
        if (value.size() > MOST_ITEMS) {
            throw wrong(field, "has more than %d items".formatted(MOST_ITEMS));
        }
    }

    private ImageFailure wrong(String field, String why) {
        return corrupt("%s: \"%s\" %s".formatted(what, field, why), null);
    }

    private static ImageFailure corrupt(String sentence, @Nullable Throwable cause) {
        return new ImageFailure(ImageFailure.Kind.CORRUPT, sentence, cause);
    }
}
