package dev.berth.cri.container;

import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.seccomp.SeccompCompiler;
import dev.berth.runtime.seccomp.SeccompProfile;

/** Seccomp profiles, compiled for this machine. */
public final class SeccompFilters {
    private final SeccompCompiler compiler = SeccompCompiler.forThisMachine();

    /** Berth's own default profile, less strict where capabilities allow more anyway. */
    byte[] runtimeDefault(CapabilitySet capabilities) {
        return compiler.compile(SeccompProfile.runtimeDefault(), capabilities).instructions();
    }

    /** @throws IllegalArgumentException when the profile is malformed */
    byte[] compile(String path, byte[] json, CapabilitySet capabilities) {
        try {
            return compiler.compile(SeccompProfile.parse(json), capabilities).instructions();
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "the seccomp profile %s is not valid: %s".formatted(path, malformed.getMessage()), malformed);
        }
    }
}
