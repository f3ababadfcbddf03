package dev.berth.cri.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of one object of a spec, each of its type or not there; what is unknown is an error, since a device may need it. */
final class CdiFields {
    private static final int MOST = 4096;

    private final String what;
    private final JsonNode object;

    private CdiFields(String what, JsonNode object) {
        this.what = what;
        this.object = object;
    }

    static CdiFields of(String what, @Nullable JsonNode node, Set<String> known) {
        if (!(node instanceof ObjectNode object)) {
            throw new IllegalArgumentException(what + " is no object");
        }
        for (String name : (Iterable<String>) object::fieldNames) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("%s has an unknown field %s".formatted(what, name));
            }
        }
        return new CdiFields(what, object);
    }

    boolean has(String name) {
        JsonNode value = object.get(name);
        return value != null && !value.isNull() && !(value.isContainerNode() && value.isEmpty());
    }

    @Nullable
    JsonNode node(String name) {
        return has(name) ? object.get(name) : null;
    }

    String required(String name) {
        String text = text(name);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("%s has no %s".formatted(what, name));
        }
        return text;
    }

    String text(String name) {
        JsonNode value = node(name);
        if (value == null) {
            return "";
        }
        if (!value.isTextual()) {
            throw wrong(name, "text");
        }
        return value.textValue();
    }

    @Nullable
    Long number(String name, long most) {
        JsonNode value = node(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || value.longValue() < 0 || value.longValue() > most) {
            throw wrong(name, "a number from 0 to " + most);
        }
        return value.longValue();
    }

    List<JsonNode> list(String name) {
        JsonNode value = node(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.size() > MOST) {
            throw wrong(name, "a list of at most " + MOST);
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(items::add);
        return items;
    }

    List<String> texts(String name) {
        return list(name).stream()
                .map(item -> {
                    if (!item.isTextual()) {
                        throw wrong(name, "a list of text");
                    }
                    return item.textValue();
                })
                .toList();
    }

    private IllegalArgumentException wrong(String name, String right) {
        return new IllegalArgumentException("%s has a %s that is not %s".formatted(what, name, right));
    }
}
