package dev.berth.runtime.signal;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of the signals that stop containers; they are the same on x86_64 and aarch64 (signal(7)). */
public final class StopSignal {
    public static final int SIGTERM = 15;
    public static final int SIGKILL = 9;

    private static final String UNSET = "SIGNAL_RUNTIME_DEFAULT";

    /** The first real-time signal that programs may use: the C library keeps two for itself. */
    private static final int RTMIN = 34;

    private static final int RTMAX = 64;

    /** RTMIN+3 as images write it, RTMINPLUS3 as the CRI does. */
    private static final Pattern REAL_TIME = Pattern.compile("RT(MIN|MAX)(?:(\\+|-|PLUS|MINUS)([0-9]{1,2}))?");

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("HUP", 1),
            Map.entry("INT", 2),
            Map.entry("QUIT", 3),
            Map.entry("ILL", 4),
            Map.entry("TRAP", 5),
            Map.entry("ABRT", 6),
            Map.entry("IOT", 6),
            Map.entry("BUS", 7),
            Map.entry("FPE", 8),
            Map.entry("KILL", SIGKILL),
            Map.entry("USR1", 10),
            Map.entry("SEGV", 11),
            Map.entry("USR2", 12),
            Map.entry("PIPE", 13),
            Map.entry("ALRM", 14),
            Map.entry("TERM", SIGTERM),
            Map.entry("STKFLT", 16),
            Map.entry("CHLD", 17),
            Map.entry("CLD", 17),
            Map.entry("CONT", 18),
            Map.entry("STOP", 19),
            Map.entry("TSTP", 20),
            Map.entry("TTIN", 21),
            Map.entry("TTOU", 22),
            Map.entry("URG", 23),
            Map.entry("XCPU", 24),
            Map.entry("XFSZ", 25),
            Map.entry("VTALRM", 26),
            Map.entry("PROF", 27),
            Map.entry("WINCH", 28),
            Map.entry("IO", 29),
            Map.entry("POLL", 29),
            Map.entry("PWR", 30),
            Map.entry("SYS", 31),
            Map.entry("UNUSED", 31));

    private StopSignal() {}

    /**
     * The signal that asks a container to stop: the request's, else the image's, else SIGTERM.
     *
     * @param requested the name of the CRI's enum value; empty or SIGNAL_RUNTIME_DEFAULT when the request has none
     * @param image the image's {@code StopSignal}, empty when it has none
     * @throws IllegalArgumentException when the one that counts is no signal
     */
    public static int resolve(String requested, String image) {
        if (!requested.isEmpty() && !requested.equals(UNSET)) {
            return parse(requested);
        }
        return image.isEmpty() ? SIGTERM : parse(image);
    }

    /** Reads SIGTERM, TERM, 15, SIGRTMIN+3, RTMAX-1 or a name of the CRI's enum such as SIGNAL_SIGRTMINPLUS3, in any case. */
    public static int parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        name = withoutPrefix(withoutPrefix(name, "SIGNAL_"), "SIG");
        Integer number = NUMBERS.get(name);
        int found = number != null ? number : name.matches("[0-9]{1,3}") ? Integer.parseInt(name) : realTime(name);
        if (found < 1 || found > RTMAX) {
            throw new IllegalArgumentException(
                    "signal \"%s\" is not known; it must be a name such as SIGTERM or SIGRTMIN+3, or a number from 1 to %d"
                            .formatted(text, RTMAX));
        }
        return found;
    }

    /** The number of a real-time signal, 0 when the name is none. */
    private static int realTime(String name) {
        Matcher matcher = REAL_TIME.matcher(name);
        if (!matcher.matches()) {
            return 0;
        }
        boolean fromFirst = matcher.group(1).equals("MIN");
        int base = fromFirst ? RTMIN : RTMAX;
        if (matcher.group(2) == null) {
            return base;
        }
        boolean plus = matcher.group(2).equals("+") || matcher.group(2).equals("PLUS");
        int number = plus ? base + Integer.parseInt(matcher.group(3)) : base - Integer.parseInt(matcher.group(3));
        return plus == fromFirst && number >= RTMIN ? number : 0;
    }

    private static String withoutPrefix(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
