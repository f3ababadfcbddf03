package dev.berth.runtime.capability;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A set of capabilities as the kernel keeps it: bit n stands for capability number n, also for those that have no name here. */
public record CapabilitySet(long mask) {
    public static final CapabilitySet NONE = new CapabilitySet(0);

    /** What a container gets when nobody says otherwise: containerd's list, which is Docker's. */
    public static final CapabilitySet DEFAULTS = of(
            Capability.CAP_CHOWN,
            Capability.CAP_DAC_OVERRIDE,
            Capability.CAP_FSETID,
            Capability.CAP_FOWNER,
            Capability.CAP_MKNOD,
            Capability.CAP_NET_RAW,
            Capability.CAP_SETGID,
            Capability.CAP_SETUID,
            Capability.CAP_SETFCAP,
            Capability.CAP_SETPCAP,
            Capability.CAP_NET_BIND_SERVICE,
            Capability.CAP_SYS_CHROOT,
            Capability.CAP_KILL,
            Capability.CAP_AUDIT_WRITE);

    public static CapabilitySet of(Capability... capabilities) {
        return of(Arrays.asList(capabilities));
    }

    public static CapabilitySet of(Collection<Capability> capabilities) {
        long mask = 0;
        for (Capability capability : capabilities) {
            mask |= 1L << capability.number();
        }
        return new CapabilitySet(mask);
    }

    /** Every capability up to the kernel's last one (0 to 63). */
    public static CapabilitySet upTo(int lastCap) {
        if (lastCap < 0 || lastCap > 63) {
            throw new IllegalArgumentException("last capability %d is not between 0 and 63".formatted(lastCap));
        }
        return new CapabilitySet(-1L >>> (63 - lastCap));
    }

    public boolean contains(Capability capability) {
        return (mask & 1L << capability.number()) != 0;
    }

    public boolean isEmpty() {
        return mask == 0;
    }

    public CapabilitySet plus(CapabilitySet other) {
        return new CapabilitySet(mask | other.mask);
    }

    public CapabilitySet minus(CapabilitySet other) {
        return new CapabilitySet(mask & ~other.mask);
    }

    public CapabilitySet intersect(CapabilitySet other) {
        return new CapabilitySet(mask & other.mask);
    }

    /** The known capabilities in here, in the order of their numbers. */
    public List<Capability> capabilities() {
        return Arrays.stream(Capability.values()).filter(this::contains).toList();
    }

    @Override
    public String toString() {
        return "%s (0x%x)".formatted(capabilities(), mask);
    }
}
