package dev.berth.runtime.seccomp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.runtime.capability.CapabilitySet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles profiles to filters for this machine, each once: pods of a node share few profiles.
 *
 * <p>Calls by the machine's own architecture are judged by the profile. Calls by its 32-bit one are judged, by that one's own numbers,
 * when the profile names the architecture. Every other call kills the process.
 */
public final class SeccompCompiler {
    private static final int CACHED = 64;

    private final Architecture machine;
    private final KernelVersion kernel;
    private final Map<Key, SeccompProgram> programs = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, SeccompProgram> eldest) {
            return size() > CACHED;
        }
    };

    private record Key(String profileDigest, CapabilitySet capabilities) {}

    public SeccompCompiler(Architecture machine, KernelVersion kernel) {
        this.machine = machine;
        this.kernel = kernel;
    }

    /** A compiler for the machine and kernel that this runs on. */
    public static SeccompCompiler forThisMachine() {
        return new SeccompCompiler(Architecture.current(), KernelVersion.current());
    }

    /**
     * The filter of a profile for a container with these capabilities.
     *
     * @throws IllegalArgumentException when it would be too long for the kernel
     */
    public SeccompProgram compile(SeccompProfile profile, CapabilitySet capabilities) {
        Key key = new Key(profile.digest(), capabilities);
        synchronized (programs) {
            SeccompProgram known = programs.get(key);
            if (known != null) {
                return known;
            }
        }
        SeccompProgram program = new SeccompProgram(filter(profile, capabilities), profile.flags());
        synchronized (programs) {
            programs.put(key, program);
        }
        return program;
    }

    /** The profile in the form of the OCI runtime specification, for runtimes that compile it themselves. */
    public JsonNode oci(SeccompProfile profile, CapabilitySet capabilities) {
        return OciSeccomp.of(profile, machine, applying(profile, capabilities));
    }

    private List<SyscallRule> applying(SeccompProfile profile, CapabilitySet capabilities) {
        return profile.rules().stream()
                .filter(rule -> rule.applies(capabilities, machine, kernel))
                .toList();
    }

    private byte[] filter(SeccompProfile profile, CapabilitySet capabilities) {
        List<SyscallRule> applying = applying(profile, capabilities);
        FilterWriter writer = new FilterWriter();
        if (profile.architectures().contains(machine.narrow())) {
            writer.add(machine.narrow(), Verdicts.of(profile, machine.narrow(), applying));
        }
        writer.add(machine, Verdicts.of(profile, machine, applying));
        return writer.filter();
    }
}
