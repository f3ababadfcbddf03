package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;

/**
 * A mount that the daemon has pinned and prepared.
 *
 * @param mount a detached mount with its attributes and propagation set; the plan takes it over. -1 for the part of the container's own
 *     root at {@code path}, which stays writable when the root is not
 * @param path where it goes, absolute
 * @param directory whether its root is a directory
 */
public record BindMount(int mount, String path, boolean directory) {
    private static final int NONE = -1;

    /** A directory of the container's root as a mount of its own; made when it is not there. */
    public static BindMount ofRoot(String path) {
        return new BindMount(NONE, path, true);
    }

    boolean isOfRoot() {
        return mount == NONE;
    }

    /** Closes the descriptor where there is one. */
    public void close(Kernel kernel) {
        if (!isOfRoot()) {
            kernel.close(mount);
        }
    }

    /** Whether a path is this mount's or below it. */
    boolean covers(String other) {
        return other.equals(path) || other.startsWith(path + "/");
    }

    int depth() {
        return (int) path.chars().filter(c -> c == '/').count();
    }
}
