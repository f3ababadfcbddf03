package dev.berth.cri.container;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.launch.Bpf;
import dev.berth.runtime.seccomp.SeccompCompiler;
import dev.berth.runtime.seccomp.SeccompProfile;
import dev.berth.runtime.seccomp.SeccompProgram;
import org.jspecify.annotations.Nullable;

/** Seccomp profiles, compiled for this machine. */
public final class SeccompFilters {
    private final SeccompCompiler compiler = SeccompCompiler.forThisMachine();
    private final boolean defaultWhenUnset;

    /** @param defaultWhenUnset whether a container whose request names no profile gets Berth's own instead of none */
    public SeccompFilters(boolean defaultWhenUnset) {
        this.defaultWhenUnset = defaultWhenUnset;
    }

    /** For a container whose request names no profile; null for unconfined. */
    @Nullable
    SeccompProfile unset() {
        return defaultWhenUnset ? SeccompProfile.runtimeDefault() : null;
    }

    /**
     * The program of a profile, less strict where capabilities allow more anyway.
     *
     * @throws IllegalArgumentException when it would be too long for the kernel
     */
    Bpf program(SeccompProfile profile, CapabilitySet capabilities) {
        SeccompProgram compiled = compiler.compile(profile, capabilities);
        return new Bpf(compiled.instructions(), compiled.flags());
    }

    /** The profile for a runtime that compiles it itself, with what capabilities make of it. */
    JsonNode oci(SeccompProfile profile, CapabilitySet capabilities) {
        return compiler.oci(profile, capabilities);
    }
}
