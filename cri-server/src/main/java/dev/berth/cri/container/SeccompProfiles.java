package dev.berth.cri.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
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

/**
 * The seccomp program that a container asks for, in either of CRI's two fields; the newer one wins. A profile of the node is read
 * once, when the container is created, and is kept in its record: the file may change or go, the rules of the container may not.
 */
final class SeccompProfiles {
    private static final String LOCALHOST = "localhost/";

    private final SeccompFilters filters;

    SeccompProfiles(SeccompFilters filters) {
        this.filters = filters;
    }

    /** What the container asks for. */
    private sealed interface Asked {
        /** Nothing: what the node's configuration says. */
        record Unset() implements Asked {}

        record Unconfined() implements Asked {}

        record RuntimeDefault() implements Asked {}

        /** A file of the node. */
        record Localhost(Path file) implements Asked {}
    }

    /** The text of the profile that a container names, empty when it names no file. */
    ByteString read(LinuxContainerSecurityContext security) {
        return switch (asked(security)) {
            case Asked.Unset _, Asked.Unconfined _, Asked.RuntimeDefault _ -> ByteString.EMPTY;
            case Asked.Localhost(Path file) -> read(file);
        };
    }

    /**
     * The BPF program, or null for unconfined. A privileged container is always unconfined.
     *
     * @param text what {@link #read} gave when the container was created
     */
    @Nullable
    Bpf program(LinuxContainerSecurityContext security, ByteString text, CapabilitySet capabilities) {
        SeccompProfile profile = profile(security, text);
        return profile == null ? null : filters.program(profile, capabilities);
    }

    /** As {@link #program}, for a runtime that compiles it itself. */
    @Nullable
    JsonNode oci(LinuxContainerSecurityContext security, ByteString text, CapabilitySet capabilities) {
        SeccompProfile profile = profile(security, text);
        return profile == null ? null : filters.oci(profile, capabilities);
    }

    private @Nullable SeccompProfile profile(LinuxContainerSecurityContext security, ByteString text) {
        return switch (asked(security)) {
            case Asked.Unset _ -> filters.unset();
            case Asked.Unconfined _ -> null;
            case Asked.RuntimeDefault _ -> SeccompProfile.runtimeDefault();
            case Asked.Localhost(Path file) -> parse(file, text);
        };
    }

    private static SeccompProfile parse(Path file, ByteString text) {
        try {
            return SeccompProfile.parse(text.toByteArray());
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "the seccomp profile %s is not valid: %s".formatted(file, malformed.getMessage()), malformed);
        }
    }

    @SuppressWarnings("deprecation") // Clients of older versions set only the old field.
    private static Asked asked(LinuxContainerSecurityContext security) {
        if (security.getPrivileged()) {
            return new Asked.Unconfined();
        }
        if (!security.hasSeccomp()) {
            return deprecated(security.getSeccompProfilePath());
        }
        SecurityProfile profile = security.getSeccomp();
        return switch (profile.getProfileType()) {
            case RuntimeDefault -> new Asked.RuntimeDefault();
            case Unconfined, UNRECOGNIZED -> new Asked.Unconfined();
            case Localhost -> localhost(profile.getLocalhostRef());
        };
    }

    private static Asked deprecated(String path) {
        return switch (path) {
            case "" -> new Asked.Unset();
            case "unconfined" -> new Asked.Unconfined();
            case "runtime/default", "docker/default" -> new Asked.RuntimeDefault();
            default -> {
                if (path.startsWith(LOCALHOST)) {
                    yield localhost(path);
                }
                throw CriFailure.invalid(
                        "the seccomp profile %s is none of runtime/default, unconfined and localhost/PATH"
                                .formatted(path));
            }
        };
    }

    private static Asked localhost(String reference) {
        String path = reference.startsWith(LOCALHOST) ? reference.substring(LOCALHOST.length()) : reference;
        Path file = Path.of(path);
        if (!file.isAbsolute()) {
            throw CriFailure.invalid("the seccomp profile %s must be an absolute path".formatted(reference));
        }
        return new Asked.Localhost(file);
    }

    private static ByteString read(Path file) {
        try {
            if (Files.size(file) > SeccompProfile.MAX_BYTES) {
                throw CriFailure.invalid(
                        "the seccomp profile %s is larger than %d bytes".formatted(file, SeccompProfile.MAX_BYTES));
            }
            return ByteString.copyFrom(Files.readAllBytes(file));
        } catch (IOException failure) {
            throw CriFailure.invalid("the seccomp profile %s cannot be read: %s".formatted(file, failure.getMessage()));
        }
    }
}
