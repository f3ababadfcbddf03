package dev.berth.cri.record;

import dev.berth.cri.failure.CriFailure;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Ids of pods and containers: 64 hexadecimal digits, found by any prefix that only one has. */
public final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LENGTH = 64;

    private Ids() {}

    public static String random() {
        byte[] bytes = new byte[LENGTH / 2];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * The value whose id is, or begins with, {@code asked}.
     *
     * @param kind what is looked for, for the error: {@code pod sandbox}, {@code container}
     * @throws CriFailure NOT_FOUND, or INVALID when several match
     */
    public static <V> V resolve(NavigableMap<String, V> all, String asked, String kind) {
        if (asked.isEmpty()) {
            throw CriFailure.invalid("the id of the %s is empty; give its id or a unique prefix of it".formatted(kind));
        }
        V exact = all.get(asked);
        if (exact != null) {
            return exact;
        }
        Map.Entry<String, V> first = all.ceilingEntry(asked);
        if (first == null || !first.getKey().startsWith(asked)) {
            throw CriFailure.notFound("no %s has the id %s".formatted(kind, shortened(asked)));
        }
        Map.Entry<String, V> second = all.higherEntry(first.getKey());
        if (second != null && second.getKey().startsWith(asked)) {
            throw CriFailure.invalid("several ids of a %s begin with %s: %s and %s among them; give more digits"
                    .formatted(kind, asked, shortened(first.getKey()), shortened(second.getKey())));
        }
        return first.getValue();
    }

    /** As {@link #resolve}, but null when no id matches; for verbs that succeed on what is not there. */
    public static <V> @Nullable V find(NavigableMap<String, V> all, String asked, String kind) {
        try {
            return resolve(all, asked, kind);
        } catch (CriFailure failure) {
            if (failure.kind() == CriFailure.Kind.NOT_FOUND) {
                return null;
            }
            throw failure;
        }
    }

    private static String shortened(String id) {
        return id.length() <= LENGTH ? id : id.substring(0, LENGTH) + "…";
    }
}
