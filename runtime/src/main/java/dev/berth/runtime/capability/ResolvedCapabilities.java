package dev.berth.runtime.capability;

/**
 * The capabilities of a container's processes.
 *
 * @param granted the bounding, permitted and effective set
 * @param ambient the ambient set, a part of {@code granted}; the inheritable set is this one and never more, because any other
 *     inheritable bit lets a program without privileges gain some by executing a file with inheritable file capabilities
 * @param lost what was asked for but is missing from the runtime's own bounding set, so that nobody here can grant it
 */
public record ResolvedCapabilities(CapabilitySet granted, CapabilitySet ambient, CapabilitySet lost) {
    public CapabilitySet inheritable() {
        return ambient;
    }
}
