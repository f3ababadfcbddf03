package dev.berth.cri.cdi;

import dev.berth.cri.failure.CriFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fully qualified name of a device: {@code vendor.com/class=device}.
 *
 * @param kind vendor and class
 */
public record CdiName(String kind, String device) {
    static final Pattern KIND =
            Pattern.compile("[A-Za-z]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9])?/[A-Za-z]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?");
    static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.:-]{0,252}[A-Za-z0-9])?");
    private static final Pattern NAME = Pattern.compile("(?<kind>%s)=(?<device>%s)".formatted(KIND, DEVICE));

    /** @throws CriFailure INVALID when the text is no such name */
    static CdiName parse(String text) {
        Matcher name = NAME.matcher(text);
        if (!name.matches()) {
            throw CriFailure.invalid("the CDI device '%s' is no qualified name; it must be like vendor.com/class=device"
                    .formatted(text));
        }
        return new CdiName(String.valueOf(name.group("kind")), String.valueOf(name.group("device")));
    }

    @Override
    public String toString() {
        return kind + "=" + device;
    }
}
