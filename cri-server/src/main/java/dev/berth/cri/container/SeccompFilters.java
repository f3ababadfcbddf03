package dev.berth.cri.container;

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
    Bpf unset(CapabilitySet capabilities) {
        return defaultWhenUnset ? runtimeDefault(capabilities) : null;
    }

    /** Berth's own default profile, less strict where capabilities allow more anyway. */
    Bpf runtimeDefault(CapabilitySet capabilities) {
        return program(compiler.compile(SeccompProfile.runtimeDefault(), capabilities));
    }

    /** @throws IllegalArgumentException when the profile is malformed */
    Bpf compile(String path, byte[] json, CapabilitySet capabilities) {
        try {
            return program(compiler.compile(SeccompProfile.parse(json), capabilities));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "the seccomp profile %s is not valid: %s".formatted(path, malformed.getMessage()), malformed);
        }
    }

    private static Bpf program(SeccompProgram compiled) {
        return new Bpf(compiled.instructions(), compiled.flags());
    }
}
