package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.launch.Bpf;
import dev.berth.runtime.seccomp.SeccompProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The seccomp program that a container asks for, in either of CRI's two fields; the newer one wins. */
final class SeccompProfiles {
    private static final String LOCALHOST = "localhost/";

    private final SeccompFilters filters;

    SeccompProfiles(SeccompFilters filters) {
        this.filters = filters;
    }

    /** The BPF program, or null for unconfined. A privileged container is always unconfined. */
    @SuppressWarnings("deprecation") // Clients of older versions set only the old field.
    @Nullable
    Bpf program(LinuxContainerSecurityContext security, CapabilitySet capabilities) {
        if (security.getPrivileged()) {
            return null;
        }
        if (!security.hasSeccomp()) {
            return deprecated(security.getSeccompProfilePath(), capabilities);
        }
        SecurityProfile profile = security.getSeccomp();
        return switch (profile.getProfileType()) {
            case RuntimeDefault -> filters.runtimeDefault(capabilities);
            case Unconfined, UNRECOGNIZED -> null;
            case Localhost -> localhost(profile.getLocalhostRef(), capabilities);
        };
    }

    private @Nullable Bpf deprecated(String path, CapabilitySet capabilities) {
        if (path.isEmpty()) {
            return filters.unset(capabilities);
        }
        if (path.equals("unconfined")) {
            return null;
        }
        if (path.equals("runtime/default") || path.equals("docker/default")) {
            return filters.runtimeDefault(capabilities);
        }
        if (path.startsWith(LOCALHOST)) {
            return localhost(path, capabilities);
        }
        throw CriFailure.invalid(
                "the seccomp profile %s is none of runtime/default, unconfined and localhost/PATH".formatted(path));
    }

    private Bpf localhost(String reference, CapabilitySet capabilities) {
        String path = reference.startsWith(LOCALHOST) ? reference.substring(LOCALHOST.length()) : reference;
        Path file = Path.of(path);
        if (!file.isAbsolute()) {
            throw CriFailure.invalid("the seccomp profile %s must be an absolute path".formatted(reference));
        }
        try {
            if (Files.size(file) > SeccompProfile.MAX_BYTES) {
                throw CriFailure.invalid(
                        "the seccomp profile %s is larger than %d bytes".formatted(file, SeccompProfile.MAX_BYTES));
            }
            return filters.compile(file.toString(), Files.readAllBytes(file), capabilities);
        } catch (IOException failure) {
            throw CriFailure.invalid("the seccomp profile %s cannot be read: %s".formatted(file, failure.getMessage()));
        }
    }
}
