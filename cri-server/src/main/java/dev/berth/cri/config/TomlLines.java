package dev.berth.cri.config;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the line of each key of a TOML file by its shape: the parser keeps no places. Knows tables and plain dotted keys, which is
 * all that the configuration uses; a key written otherwise has no known line.
 */
final class TomlLines {
    private static final Pattern TABLE = Pattern.compile("\\s*\\[\\s*([A-Za-z0-9_.-]+)\\s*]\\s*(#.*)?");
    private static final Pattern KEY = Pattern.compile("\\s*([A-Za-z0-9_.-]+)\\s*=.*");

    private TomlLines() {}

    /** Line numbers, counted from 1, by dotted key. */
    static Map<String, Integer> of(String text) {
        Map<String, Integer> lines = new HashMap<>();
        String prefix = "";
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            Matcher table = TABLE.matcher(line);
            Matcher key = KEY.matcher(line);
            if (table.matches()) {
                prefix = table.group(1) + ".";
                lines.putIfAbsent(table.group(1), number);
            } else if (key.matches()) {
                lines.putIfAbsent(prefix + key.group(1), number);
            }
        }
        return lines;
    }
}
