package dev.berth.runtime.selinux;

/**
 * An SELinux label, which SELinux calls a security context.
 *
 * @param level empty where the policy has none; may hold colons
 */
public record Label(String user, String role, String type, String level) {
    /** What fsconfig takes as the value of a mount option. */
    private static final int LONGEST = 255;

    private static final int PARTS = 4;

    /** @throws IllegalArgumentException when the text has fewer than three parts */
    public static Label parse(String text) {
        String[] parts = text.split(":", PARTS);
        if (parts.length < PARTS - 1) {
            throw new IllegalArgumentException("'%s' is no SELinux label; one is USER:ROLE:TYPE:LEVEL".formatted(text));
        }
        return new Label(parts[0], parts[1], parts[2], parts.length == PARTS ? parts[PARTS - 1] : "");
    }

    /**
     * This label with what is asked for in place of its own parts.
     *
     * @throws IllegalArgumentException when the result is longer than a mount option may be
     */
    public Label with(LabelParts asked) {
        Label label = new Label(
                either(asked.user(), user),
                either(asked.role(), role),
                either(asked.type(), type),
                either(asked.level(), level));
        if (label.toString().length() > LONGEST) {
            throw new IllegalArgumentException(
                    "the SELinux label %s is longer than %d characters, the most that Linux takes"
                            .formatted(label, LONGEST));
        }
        return label;
    }

    private static String either(String asked, String own) {
        return asked.isEmpty() ? own : asked;
    }

    /** The label of files that a process of the label {@code process} works on: as this one, of its user and level. */
    public Label of(Label process) {
        return new Label(process.user(), role, type, process.level());
    }

    /** As the kernel takes it. */
    @Override
    public String toString() {
        String three = user + ":" + role + ":" + type;
        return level.isEmpty() ? three : three + ":" + level;
    }
}
