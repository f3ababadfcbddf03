package dev.berth.runtime.seccomp;

import dev.berth.runtime.capability.Capability;
import dev.berth.runtime.capability.CapabilitySet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a profile's {@code includes} or {@code excludes} asks of a container and its node; an empty or null part asks nothing.
 *
 * @param caps capabilities of the container
 * @param arches machines, as Docker names them
 * @param minKernel the least kernel version
 */
record Circumstances(
        Set<Capability> caps, Set<String> arches, @Nullable KernelVersion minKernel) {
    static final Circumstances ANY = new Circumstances(Set.of(), Set.of(), null);

    Circumstances {
        caps = Set.copyOf(caps);
        arches = Set.copyOf(arches);
    }

    /** As {@code includes}: every capability, one of the machines and the kernel version are there. */
    boolean allHold(CapabilitySet held, Architecture machine, KernelVersion kernel) {
        return caps.stream().allMatch(held::contains)
                && (arches.isEmpty() || arches.contains(machine.ruleName()))
                && (minKernel == null || kernel.compareTo(minKernel) >= 0);
    }

    /** As {@code excludes}: any of the capabilities, machines or the kernel version is there. */
    boolean anyHolds(CapabilitySet held, Architecture machine, KernelVersion kernel) {
        return caps.stream().anyMatch(held::contains)
                || arches.contains(machine.ruleName())
                || (minKernel != null && kernel.compareTo(minKernel) >= 0);
    }
}
