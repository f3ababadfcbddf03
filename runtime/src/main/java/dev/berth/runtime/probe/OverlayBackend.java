package dev.berth.runtime.probe;

/** Ways to make a container's root out of layers, best first. */
public enum OverlayBackend {
    /** A detached mount whose layers are given as descriptors: from Linux 6.13. */
    LOWERDIR_FDS("detached overlay, layers by descriptor"),
    /** A detached mount whose layers are given one by one by path: from Linux 6.8. */
    LOWERDIR_PLUS("detached overlay, layers one by one"),
    /** A detached mount whose layers are given in one string of at most 255 bytes. */
    LEGACY_STRING("detached overlay, layers in one short string"),
    /** mount(2) in a private mount namespace. */
    MOUNT("overlay by mount(2)");

    private final String words;

    OverlayBackend(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
