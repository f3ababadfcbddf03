package dev.berth.runtime.seccomp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A JSON object and where it stands in its document, so that every complaint names the place. A field that is null counts as absent.
 *
 * @param place a path such as {@code syscalls[3].args[0]}, empty for the document itself
 */
record JsonObject(String place, JsonNode node) {
    private static final BigInteger MAX_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    JsonObject {
        if (!node.isObject()) {
            throw new IllegalArgumentException("%s must be a JSON object".formatted(place.isEmpty() ? "it" : place));
        }
    }

    boolean has(String field) {
        return node.hasNonNull(field);
    }

    /** The object in a field, or an empty one. */
    JsonObject object(String field) {
        return new JsonObject(at(field), has(field) ? node.get(field) : JsonNodeFactory.instance.objectNode());
    }

    /** Reads a text that must be there; what {@code parse} refuses is said to stand here. */
    <T> T text(String field, Function<String, T> parse) {
        if (!has(field)) {
            throw new IllegalArgumentException("%s is missing".formatted(at(field)));
        }
        return text(at(field), node.get(field), parse);
    }

    /** Reads a list of texts, empty when absent. */
    <T> List<T> texts(String field, Function<String, T> parse) {
        List<T> texts = new ArrayList<>();
        for (JsonNode element : array(field)) {
            texts.add(text("%s[%d]".formatted(at(field), texts.size()), element, parse));
        }
        return texts;
    }

    /** Reads a list of objects, empty when absent. */
    <T> List<T> objects(String field, Function<JsonObject, T> parse) {
        List<T> objects = new ArrayList<>();
        for (JsonNode element : array(field)) {
            objects.add(parse.apply(new JsonObject("%s[%d]".formatted(at(field), objects.size()), element)));
        }
        return objects;
    }

    /** Reads a whole number of 0 to 2^64-1 into the bits of a long. */
    long unsigned(String field, long absent) {
        if (!has(field)) {
            return absent;
        }
        JsonNode number = node.get(field);
        if (!number.isIntegralNumber()
                || number.bigIntegerValue().signum() < 0
                || number.bigIntegerValue().compareTo(MAX_UNSIGNED) > 0) {
            throw new IllegalArgumentException(
                    "%s is %s; it must be a whole number from 0 to 2^64-1".formatted(at(field), number));
        }
        return number.bigIntegerValue().longValue();
    }

    /** Says that something in here is wrong. */
    IllegalArgumentException refusal(String complaint) {
        return new IllegalArgumentException("%s%s%s".formatted(place, place.isEmpty() ? "" : " ", complaint));
    }

    private JsonNode array(String field) {
        JsonNode array = has(field) ? node.get(field) : JsonNodeFactory.instance.arrayNode();
        if (!array.isArray()) {
            throw new IllegalArgumentException("%s must be a list".formatted(at(field)));
        }
        return array;
    }

    private String at(String field) {
        return place.isEmpty() ? field : place + "." + field;
    }

    private static <T> T text(String place, JsonNode node, Function<String, T> parse) {
        if (!node.isTextual()) {
            throw new IllegalArgumentException("%s must be a text".formatted(place));
        }
        try {
            return parse.apply(node.textValue());
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException("%s: %s".formatted(place, failure.getMessage()), failure);
        }
    }
}
