package dev.berth.cri.server;

import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The secret values of a request: the text of its fields marked {@code debug_redact}. Requests are never logged; this catches a
 * secret that some library put into the message of an exception.
 */
final class Secrets {
    private static final String INSTEAD = "[redacted]";

    private final List<String> values;

    private Secrets(List<String> values) {
        this.values = values;
    }

    /** The secrets in a request; a request that is no protobuf message has none. */
    static Secrets in(Object request) {
        List<String> values = new ArrayList<>();
        if (request instanceof MessageOrBuilder message) {
            collect(message, values);
        }
        values.sort(Comparator.comparingInt(String::length).reversed());
        return new Secrets(values);
    }

    String scrub(String text) {
        String scrubbed = text;
        for (String value : values) {
            scrubbed = scrubbed.replace(value, INSTEAD);
        }
        return scrubbed;
    }

    private static void collect(MessageOrBuilder message, List<String> values) {
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            FieldOptions options = field.getKey().getOptions();
            for (Object value : field.getValue() instanceof List<?> list ? list : List.of(field.getValue())) {
                if (value instanceof MessageOrBuilder nested) {
                    collect(nested, values);
                } else if (options.getDebugRedact() && !value.toString().isEmpty()) {
                    values.add(value.toString());
                }
            }
        }
    }
}
