package dev.berth.cri.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the key that was probably meant. */
final class NearestKey {
    /** A suggestion that differs in more than this share of its letters helps nobody. */
    private static final double MOST = 0.5;

    private NearestKey() {}

    static Optional<String> of(String wrong, Collection<String> keys) {
        return keys.stream()
                .min(Comparator.<String>comparingInt(key -> distance(wrong, key))
                        .thenComparing(key -> key))
                .filter(key -> distance(wrong, key) <= Math.max(2, MOST * key.length()));
    }

    /** The edit distance, or less where only the last part of a dotted key was written. */
    private static int distance(String wrong, String key) {
        int whole = edits(wrong, key);
        int name = edits(wrong.substring(wrong.lastIndexOf('.') + 1), key.substring(key.lastIndexOf('.') + 1));
        return Math.min(whole, name + 1);
    }

    /** How many letters must be added, dropped or changed. */
    static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
