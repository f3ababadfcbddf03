package dev.berth.cri.config;

import java.util.List;

/**
 * A resource limit of processes, as in setrlimit(2).
 *
 * @param name in lower case without {@code RLIMIT_}, for example {@code nofile}
 * @param soft the limit that holds; {@link #UNLIMITED} for none
 * @param hard what the process may raise it to; {@link #UNLIMITED} for none
 */
public record Ulimit(String name, long soft, long hard) {
    public static final long UNLIMITED = -1;

    private static final List<String> NAMES = List.of(
            "as",
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    /** Reads {@code name=limit} or {@code name=soft:hard}, where a limit is a number or {@code unlimited}. */
    public static Ulimit parse(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "\"%s\" names no limit; the limits are %s".formatted(text, String.join(", ", NAMES)));
        }
        String[] limits = text.substring(equals + 1).split(":", -1);
        if (equals < 0 || limits.length > 2) {
            throw new IllegalArgumentException("\"%s\" is not name=limit or name=soft:hard".formatted(text));
        }
        long soft = limit(text, limits[0]);
        long hard = limit(text, limits[limits.length - 1]);
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw new IllegalArgumentException("\"%s\" has a soft limit above its hard limit".formatted(text));
        }
        return new Ulimit(name, soft, hard);
    }

    @Override
    public String toString() {
        return "%s=%s:%s".formatted(name, text(soft), text(hard));
    }

    private static long limit(String text, String limit) {
        if (limit.equals("unlimited")) {
            return UNLIMITED;
        }
        try {
            long value = Long.parseLong(limit);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Falls through to the sentence below.
        }
        throw new IllegalArgumentException(
                "\"%s\" has a limit that is neither a number nor \"unlimited\"".formatted(text));
    }

    private static String text(long limit) {
        return limit == UNLIMITED ? "unlimited" : Long.toString(limit);
    }
}
