package dev.berth.runtime.systemd;

/**
 * A scope to start: a cgroup that systemd makes around a process that runs already, and leaves to us with all below it.
 *
 * @param name as {@code berth-3f.scope}
 * @param pid the process that moves in, in the pid namespace of systemd; the scope ends with its last process
 */
public record Scope(String name, SliceName slice, String description, int pid) {
    /** Where its cgroup is below the root of the tree. */
    public String path() {
        return slice.path() + "/" + name;
    }
}
