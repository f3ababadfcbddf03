package dev.berth.runtime.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A seccomp profile: which system calls are refused, in the JSON form that Docker and the OCI runtime specification share. Names of
 * system calls that are not known are kept and have no effect, because profiles are written for many kernels.
 */
public final class SeccompProfile {
    /** The most bytes that {@link #parse} takes: readers stop there. */
    public static final int MAX_BYTES = ProfileReader.MAX_BYTES;

    private final String digest;
    private final Action defaultAction;
    private final Set<Architecture> architectures;
    private final List<SyscallRule> rules;
    private final int flags;

    SeccompProfile(
            String digest, Action defaultAction, Set<Architecture> architectures, List<SyscallRule> rules, int flags) {
        this.digest = digest;
        this.defaultAction = defaultAction;
        this.architectures = Set.copyOf(architectures);
        this.rules = List.copyOf(rules);
        this.flags = flags;
    }

    /**
     * Reads a profile.
     *
     * @throws IllegalArgumentException with the place and the reason when it is no profile
     */
    public static SeccompProfile parse(byte[] json) {
        return ProfileReader.read(json);
    }

    /** The profile called RuntimeDefault in the CRI: an allow-list that ordinary programs do not notice. */
    public static SeccompProfile runtimeDefault() {
        return RuntimeDefault.PROFILE;
    }

    /** SHA-256 of the text it was read from, in hexadecimal. */
    public String digest() {
        return digest;
    }

    Action defaultAction() {
        return defaultAction;
    }

    /** The architectures it names; the machine's own is always meant as well. */
    Set<Architecture> architectures() {
        return architectures;
    }

    List<SyscallRule> rules() {
        return rules;
    }

    /** The flags argument of seccomp(2). */
    int flags() {
        return flags;
    }

    /** Reads the resource when it is first asked for. */
    private static final class RuntimeDefault {
        static final SeccompProfile PROFILE = read();

        private static SeccompProfile read() {
            try (InputStream in = Objects.requireNonNull(SeccompProfile.class.getResourceAsStream("default.json"))) {
                return parse(in.readAllBytes());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
