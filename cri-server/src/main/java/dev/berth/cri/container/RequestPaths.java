package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import java.util.List;

/** The rule for every path in a request: absolute, bounded, without {@code ..}. */
final class RequestPaths {
    private static final int LONGEST = 4095;

    private RequestPaths() {}

    /** @throws CriFailure INVALID naming what the path is for */
    static void require(String what, String path) {
        boolean climbs = List.of(path.split("/", -1)).contains("..");
        if (!path.startsWith("/") || climbs || path.length() > LONGEST || path.indexOf(0) >= 0) {
            throw CriFailure.invalid("the %s '%s' must be absolute, without .. and at most %d characters"
                    .formatted(what, path.length() > LONGEST ? "(too long)" : path, LONGEST));
        }
    }

    static void requireUnlessEmpty(String what, String path) {
        if (!path.isEmpty()) {
            require(what, path);
        }
    }
}
