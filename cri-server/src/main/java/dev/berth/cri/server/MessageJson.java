package dev.berth.cri.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;

/** A message as JSON for people to read: fields that are set, by their JSON names. Secret fields are left out. */
public final class MessageJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private MessageJson() {}

    public static ObjectNode of(Message message) {
        ObjectNode node = JSON.objectNode();
        message.getAllFields().forEach((field, value) -> {
            if (!field.getOptions().getDebugRedact()) {
                node.set(field.getJsonName(), field(field, value));
            }
        });
        return node;
    }

    private static JsonNode field(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            return map((List<?>) value);
        }
        if (field.isRepeated()) {
            ArrayNode items = JSON.arrayNode();
            ((List<?>) value).forEach(item -> items.add(single(item)));
            return items;
        }
        return single(value);
    }

    /** Entries of a map are messages of two fields. */
    private static ObjectNode map(List<?> entries) {
        ObjectNode node = JSON.objectNode();
        for (Object one : entries) {
            Message entry = (Message) one;
            List<FieldDescriptor> fields = entry.getDescriptorForType().getFields();
            node.set(entry.getField(fields.get(0)).toString(), single(entry.getField(fields.get(1))));
        }
        return node;
    }

    private static JsonNode single(Object value) {
        return switch (value) {
            case Message message -> of(message);
            case EnumValueDescriptor constant -> JSON.textNode(constant.getName());
            case String text -> JSON.textNode(text);
            case ByteString bytes -> JSON.textNode(bytes.toStringUtf8());
            case Boolean flag -> JSON.booleanNode(flag);
            case Integer number -> JSON.numberNode(number);
            case Long number -> JSON.numberNode(number);
            case Float number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number);
            default -> throw new IllegalArgumentException("no protobuf value: " + value.getClass());
        };
    }
}
