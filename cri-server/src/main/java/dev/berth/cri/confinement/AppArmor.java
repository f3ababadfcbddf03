package dev.berth.cri.confinement;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.LinuxSandboxSecurityContext;
import dev.berth.cri.v1.SecurityProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The AppArmor profile that a container asks for, in either of CRI's two fields; the newer one wins. */
public final class AppArmor {
    /** The profile of ours that a container gets which asks for none. */
    static final String DEFAULT = "berth-default";

    private static final String LOCALHOST = "localhost/";
    private static final String UNCONFINED = "unconfined";
    private static final String RUNTIME_DEFAULT = "runtime/default";

    private final Path enabled;
    private final Path profiles;

    /** @param sys where sysfs is mounted */
    public AppArmor(Path sys) {
        this.enabled = sys.resolve("module/apparmor/parameters/enabled");
        this.profiles = sys.resolve("kernel/security/apparmor/profiles");
    }

    public static AppArmor ofThisNode() {
        return new AppArmor(Path.of("/sys"));
    }

    /** The name of the profile of a pod's own process, empty for none; as {@link #profile(LinuxContainerSecurityContext)}. */
    public String profile(LinuxSandboxSecurityContext security) {
        return security.getPrivileged() ? "" : chosen(security.hasApparmor() ? named(security.getApparmor()) : "");
    }

    /**
     * The name of the profile, empty for none.
     *
     * @throws CriFailure INVALID when a profile is named that is not loaded, or spelled in no known way
     */
    @SuppressWarnings("deprecation") // Clients of older versions set only the old field.
    public String profile(LinuxContainerSecurityContext security) {
        if (security.getPrivileged()) {
            return "";
        }
        return chosen(security.hasApparmor() ? named(security.getApparmor()) : security.getApparmorProfile());
    }

    private String chosen(String asked) {
        return switch (asked) {
            case "" -> loaded(DEFAULT) ? DEFAULT : "";
            case UNCONFINED -> "";
            case RUNTIME_DEFAULT -> runtimeDefault();
            default -> localhost(asked);
        };
    }

    private static String named(SecurityProfile profile) {
        return switch (profile.getProfileType()) {
            case RuntimeDefault -> RUNTIME_DEFAULT;
            case Unconfined -> UNCONFINED;
            case Localhost ->
                profile.getLocalhostRef().startsWith(LOCALHOST)
                        ? profile.getLocalhostRef()
                        : LOCALHOST + profile.getLocalhostRef();
            case UNRECOGNIZED ->
                throw CriFailure.invalid(
                        "the AppArmor profile type %d is not known".formatted(profile.getProfileTypeValue()));
        };
    }

    /** Without AppArmor in the kernel there is nothing to confine with, as there is not for any other container. */
    private String runtimeDefault() {
        if (!enabled()) {
            return "";
        }
        if (!loaded(DEFAULT)) {
            throw CriFailure.invalid(
                    "the AppArmor profile %s is not loaded, because this node has no apparmor_parser or it failed (see the log); ask for Unconfined or a profile of the node"
                            .formatted(DEFAULT));
        }
        return DEFAULT;
    }

    private String localhost(String asked) {
        String name = asked.startsWith(LOCALHOST) ? asked.substring(LOCALHOST.length()) : "";
        if (name.isEmpty()) {
            throw CriFailure.invalid("the AppArmor profile '%s' is none of %s, %s and %sNAME"
                    .formatted(asked, RUNTIME_DEFAULT, UNCONFINED, LOCALHOST));
        }
        if (!loaded(name)) {
            throw CriFailure.invalid(
                    "the AppArmor profile %s is not loaded on this node; load it before the container is created"
                            .formatted(name));
        }
        return name;
    }

    /** Whether the kernel has AppArmor and it is on. */
    boolean enabled() {
        try {
            return Files.exists(enabled) && Files.readString(enabled).startsWith("Y");
        } catch (IOException failure) {
            throw new UncheckedIOException("whether AppArmor is on could not be read", failure);
        }
    }

    /** Whether the kernel has a profile of this name. */
    boolean loaded(String name) {
        try {
            return enabled()
                    && Files.exists(profiles)
                    && Files.readAllLines(profiles).stream().anyMatch(line -> line.startsWith(name + " ("));
        } catch (IOException failure) {
            throw new UncheckedIOException("the loaded AppArmor profiles could not be read", failure);
        }
    }
}
