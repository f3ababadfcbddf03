package dev.berth.runtime.user;

import java.util.OptionalLong;

/**
 * The {@code User} of an image's configuration: {@code user}, {@code user:group} or nothing, each part a name or an id. Digits are
 * always an id, whatever the image's passwd says.
 *
 * @param user the part before the colon; empty means root
 * @param group the part after the colon; empty means the user's own group
 */
public record ImageUser(String user, String group) {
    public static final ImageUser NONE = new ImageUser("", "");

    /** @throws IllegalArgumentException when a part is a number beyond 2^32-2 or there is more than one colon */
    public static ImageUser parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 2) {
            throw new IllegalArgumentException(
                    "the image's user \"%s\" has more than one colon; it must be USER or USER:GROUP".formatted(text));
        }
        ImageUser parsed = new ImageUser(parts[0], parts.length == 2 ? parts[1] : "");
        id("the image's user", parsed.user);
        id("the image's group", parsed.group);
        return parsed;
    }

    /** The user's id when the image names one: what a CRI image status reports as {@code uid}. */
    public OptionalLong uid() {
        return id("the image's user", user);
    }

    /** The user's name when the image names one, else empty: what a CRI image status reports as {@code username}. */
    public String username() {
        return UnixId.isNumeric(user) ? "" : user;
    }

    private static OptionalLong id(String what, String part) {
        return UnixId.isNumeric(part) ? OptionalLong.of(UnixId.parse(what, part)) : OptionalLong.empty();
    }
}
