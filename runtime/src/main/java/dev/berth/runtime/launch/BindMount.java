package dev.berth.runtime.launch;

/**
 * A mount that the daemon has pinned and prepared.
 *
 * @param mount a detached mount with its attributes and propagation set; the plan takes it over
 * @param path where it goes, absolute
 * @param directory whether its root is a directory
 */
public record BindMount(int mount, String path, boolean directory) {
    /** Whether a path is this mount's or below it. */
    boolean covers(String other) {
        return other.equals(path) || other.startsWith(path + "/");
    }

    int depth() {
        return (int) path.chars().filter(c -> c == '/').count();
    }
}
