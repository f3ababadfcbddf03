package dev.berth.image.layer;

import dev.berth.image.failure.ImageFailure;

/**
 * A path from a tar entry, made relative to the layer's root.
 *
 * @param parent the directory, empty for the root
 * @param name the last component, empty for the root itself
 */
record EntryPath(String parent, String name) {
    /** Longest name of one file in bytes; characters are never more. */
    private static final int LONGEST_NAME = 255;

    /**
     * Takes away leading slashes, empty components and dots. A component {@code ..} is CORRUPT: no archiver of images writes one.
     *
     * @param what names the archive in the failure
     */
    static EntryPath of(String what, String raw) {
        String clean = isClean(raw) ? raw : cleaned(what, raw);
        int slash = clean.lastIndexOf('/');
        String name = clean.substring(slash + 1);
        if (name.length() > LONGEST_NAME) {
            throw new ImageFailure(
                    ImageFailure.Kind.CORRUPT,
                    "%s: a name of more than %d characters: %s..."
                            .formatted(what, LONGEST_NAME, name.substring(0, 64)));
        }
        return new EntryPath(slash < 0 ? "" : clean.substring(0, slash), name);
    }

    private static boolean isClean(String raw) {
        boolean start = true;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (start && (c == '/' || c == '.')) {
                return false;
            }
            start = c == '/';
        }
        return !start;
    }

    private static String cleaned(String what, String raw) {
        StringBuilder clean = new StringBuilder(raw.length());
        for (String component : raw.split("/", -1)) {
            if (component.equals("..")) {
                throw new ImageFailure(
                        ImageFailure.Kind.CORRUPT,
                        "%s: the entry \"%s\" tries to leave the layer by \"..\"".formatted(what, raw));
            }
            if (!component.isEmpty() && !component.equals(".")) {
                clean.append(clean.isEmpty() ? "" : "/").append(component);
            }
        }
        return clean.toString();
    }

    boolean isRoot() {
        return name.isEmpty();
    }

    /** The path as one text, empty for the root. */
    String whole() {
        return parent.isEmpty() ? name : parent + "/" + name;
    }
}
