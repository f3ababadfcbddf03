package dev.berth.runtime.selinux;

import java.util.regex.Pattern;

/**
 * The parts of a label that somebody asks for; an empty one is left as it is.
 *
 * @param level for example {@code s0} or {@code s0:c12,c345}
 */
public record LabelParts(String user, String role, String type, String level) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");
    private static final String CATEGORIES = "c\\d{1,4}(?:\\.c\\d{1,4})?";
    private static final String SENSITIVITY = "s\\d{1,4}(?::" + CATEGORIES + "(?:," + CATEGORIES + ")*)?";
    private static final Pattern LEVEL = Pattern.compile(SENSITIVITY + "(?:-" + SENSITIVITY + ")?");

    /** @throws IllegalArgumentException when a part is spelled as no label has it */
    public LabelParts {
        name("user", user);
        name("role", role);
        name("type", type);
        if (!level.isEmpty() && !LEVEL.matcher(level).matches()) {
            throw new IllegalArgumentException(
                    "the level '%s' of the SELinux options is none: it is written like s0, s0:c12,c345 or s0-s0:c0.c1023"
                            .formatted(level));
        }
    }

    private static void name(String what, String value) {
        if (!value.isEmpty() && !NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "the %s '%s' of the SELinux options is none: it has up to 64 letters, digits, '_', '.' and '-', a letter first"
                            .formatted(what, value));
        }
    }

    public boolean isEmpty() {
        return user.isEmpty() && role.isEmpty() && type.isEmpty() && level.isEmpty();
    }
}
