package dev.berth.tests.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;

/** Applies strategic merge patches to what a kubelet patches: nodes, pods and events. */
final class StrategicMerge {
    /** The lists that are merged by an element's key; all others are replaced. */
    private static final Map<String, String> KEYS =
            Map.of("conditions", "type", "addresses", "type", "podIPs", "ip", "hostIPs", "ip");

    private StrategicMerge() {}

    static void apply(ObjectNode target, JsonNode patch) {
        patch.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.startsWith("$")) {
                return; // The order of elements, which nobody here asks for.
            }
            if (value.isNull()) {
                target.remove(name);
            } else if (value.isObject()) {
                apply(target.withObjectProperty(name), value);
            } else if (KEYS.containsKey(name)) {
                mergeList(target.withArrayProperty(name), value, KEYS.get(name));
            } else {
                target.set(name, value.deepCopy());
            }
        });
    }

    private static void mergeList(ArrayNode target, JsonNode patch, String key) {
        for (JsonNode element : patch) {
            if (element.path("$patch").asText().equals("delete")) {
                remove(target, element, key);
            } else {
                apply(elementOf(target, element, key), element);
            }
        }
    }

    private static void remove(ArrayNode target, JsonNode element, String key) {
        for (Iterator<JsonNode> elements = target.elements(); elements.hasNext(); ) {
            if (elements.next().path(key).equals(element.path(key))) {
                elements.remove();
            }
        }
    }

    private static ObjectNode elementOf(ArrayNode target, JsonNode element, String key) {
        for (JsonNode candidate : target) {
            if (candidate instanceof ObjectNode object && object.path(key).equals(element.path(key))) {
                return object;
            }
        }
        return target.addObject();
    }
}
