package dev.berth.runtime.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The C header of the shim's protocol, read well enough to hold the Java side against it: numbers, and where fields lie. */
public final class CHeader {
    private static final Path FILE = Path.of("src/main/c/protocol.h");
    private static final Pattern NUMBER = Pattern.compile("(?:#define )?([A-Z][A-Z_0-9]+) (?:= )?\\(?(-?\\w+)\\)?");
    private static final Pattern FIELD = Pattern.compile("(char|u?int(?:16|32|64)_t) (\\w+)(?:\\[(\\w+)])?;");

    private final String text;
    private final Map<String, Long> numbers = new LinkedHashMap<>();

    private CHeader(String text) {
        this.text = text;
        NUMBER.matcher(text).results().forEach(this::number);
    }

    /** Reads the header of this source tree. */
    public static CHeader read() throws IOException {
        return new CHeader(Files.readString(FILE));
    }

    private void number(MatchResult match) {
        String value = match.group(2).replaceAll("[uU]$", "");
        if (value.matches("-?\\d+|0x[0-9a-f]+")) {
            numbers.put(match.group(1), Long.decode(value));
        }
    }

    /** The value of a macro or enumerator. */
    public long number(String name) {
        Long value = numbers.get(name);
        if (value == null) {
            throw new AssertionError("protocol.h has no number " + name);
        }
        return value;
    }

    /** The enumerators of an enum without its prefix, in order. */
    public Map<String, Long> enumerators(String name, String prefix) {
        Matcher body = Pattern.compile("enum " + name + " \\{([^}]*)}").matcher(text);
        if (!body.find()) {
            throw new AssertionError("protocol.h has no enum " + name);
        }
        Map<String, Long> found = new LinkedHashMap<>();
        NUMBER.matcher(body.group(1))
                .results()
                .forEach(match -> found.put(match.group(1).replace(prefix, ""), Long.decode(match.group(2))));
        return found;
    }

    /** Where a structure's fields lie, in order. */
    public Struct struct(String name) {
        Matcher body = Pattern.compile("struct " + name + " \\{([^}]*)}( __attribute__\\(\\(packed\\)\\))?;")
                .matcher(text);
        if (!body.find()) {
            throw new AssertionError("protocol.h has no struct " + name);
        }
        boolean packed = body.group(2) != null;
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int at = 0;
        int widest = 1;
        for (MatchResult field : FIELD.matcher(body.group(1)).results().toList()) {
            int width = width(field.group(1));
            widest = packed ? 1 : Math.max(widest, width);
            at = packed ? at : aligned(at, width);
            offsets.put(field.group(2), at);
            at += width * count(field.group(3));
        }
        return new Struct(offsets, aligned(at, widest));
    }

    private int count(String dimension) {
        if (dimension == null) {
            return 1;
        }
        return dimension.matches("\\d+") ? Integer.parseInt(dimension) : (int) number(dimension);
    }

    private static int width(String type) {
        return type.equals("char") ? 1 : Integer.parseInt(type.replaceAll("\\D", "")) / 8;
    }

    private static int aligned(int at, int width) {
        return (at + width - 1) / width * width;
    }

    /** Offsets of fields by name, and the size of all. */
    public record Struct(Map<String, Integer> offsets, int size) {
        public int at(String field) {
            Integer offset = offsets.get(field);
            if (offset == null) {
                throw new AssertionError("no field " + field + " among " + offsets.keySet());
            }
            return offset;
        }
    }
}
