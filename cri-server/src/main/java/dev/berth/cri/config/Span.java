package dev.berth.cri.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of a time span: a whole number and one of {@code ms}, {@code s}, {@code m}, {@code h}. */
final class Span {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    private Span() {}

    static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a time span such as \"500ms\", \"30s\" or \"2m\"".formatted(text));
        }
        long number = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    static String text(Duration span) {
        if (span.toMillisPart() != 0) {
            return span.toMillis() + "ms";
        }
        if (span.toSecondsPart() != 0 || span.isZero()) {
            return span.toSeconds() + "s";
        }
        return span.toMinutesPart() != 0 ? span.toMinutes() + "m" : span.toHours() + "h";
    }
}
