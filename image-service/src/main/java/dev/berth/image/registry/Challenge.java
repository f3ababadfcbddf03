package dev.berth.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One way to log in that a registry offers in {@code WWW-Authenticate}.
 *
 * @param scheme lower-case, bearer or basic
 * @param parameters names lower-case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int LONGEST = 16 * 1024;
    private static final int MOST = 16;

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** Reads all values of the header; what is malformed is left out. */
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            if (header.length() <= LONGEST && challenges.size() < MOST) {
                new Scanner(header, challenges).scan();
            }
        }
        return challenges;
    }

    /** Walks through {@code scheme name=value, name="value", scheme ...}. */
    private static final class Scanner {
        private final String text;
        private final List<Challenge> found;
        private int at;

        Scanner(String text, List<Challenge> found) {
            this.text = text;
            this.found = found;
        }

        void scan() {
            Map<String, String> parameters = new LinkedHashMap<>();
            while (true) {
                skip(" \t,");
                String word = token();
                if (word.isEmpty()) {
                    return;
                }
                skip(" \t");
                if (at < text.length() && text.charAt(at) == '=' && !found.isEmpty()) {
                    at++;
                    skip(" \t");
                    parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value());
                } else if (found.size() < MOST) {
                    parameters = new LinkedHashMap<>();
                    found.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
                }
            }
        }

        private void skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private String token() {
            int start = at;
            while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                return token();
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at = Math.min(at + 1, text.length());
            return value.toString();
        }
    }
}
