package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.SecurityProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The AppArmor profile that a container asks for, in either of CRI's two fields; the newer one wins. */
final class AppArmor {
    private static final Path ENABLED = Path.of("/sys/module/apparmor/parameters/enabled");
    private static final Path PROFILES = Path.of("/sys/kernel/security/apparmor/profiles");
    private static final String LOCALHOST = "localhost/";

    private AppArmor() {}

    /**
     * The profile's name, empty for none.
     *
     * @throws CriFailure INVALID when a profile is named that is not loaded
     */
    @SuppressWarnings("deprecation") // Clients of older versions set only the old field.
    static String profile(LinuxContainerSecurityContext security) {
        if (security.getPrivileged()) {
            return "";
        }
        String asked = security.hasApparmor() ? named(security.getApparmor()) : security.getApparmorProfile();
        if (!asked.startsWith(LOCALHOST)) {
            return "";
        }
        String name = asked.substring(LOCALHOST.length());
        if (!loaded(name)) {
            throw CriFailure.invalid(
                    "the AppArmor profile %s is not loaded on this node; load it before the container is created"
                            .formatted(name));
        }
        return name;
    }

    private static String named(SecurityProfile profile) {
        return switch (profile.getProfileType()) {
            case RuntimeDefault, Unconfined, UNRECOGNIZED -> "";
            case Localhost ->
                profile.getLocalhostRef().startsWith(LOCALHOST)
                        ? profile.getLocalhostRef()
                        : LOCALHOST + profile.getLocalhostRef();
        };
    }

    private static boolean loaded(String name) {
        try {
            if (!Files.exists(ENABLED) || !Files.readString(ENABLED).startsWith("Y")) {
                return false;
            }
            return Files.readAllLines(PROFILES).stream().anyMatch(line -> line.startsWith(name + " ("));
        } catch (IOException failure) {
            throw new UncheckedIOException("the loaded AppArmor profiles could not be read", failure);
        }
    }
}
