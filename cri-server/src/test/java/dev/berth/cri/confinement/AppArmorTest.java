package dev.berth.cri.confinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.LinuxSandboxSecurityContext;
import dev.berth.cri.v1.SecurityProfile;
import dev.berth.cri.v1.SecurityProfile.ProfileType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a sysfs made of files. */
@SuppressWarnings("deprecation") // The old field is one of the two that are tested.
class AppArmorTest {
    @TempDir
    private Path sys;

    @Test
    void withoutAppArmorNothingIsConfinedAndNoProfileCanBeNamed() {
        assertEquals("", profile(old("")));
        assertEquals("", profile(old("runtime/default")));
        assertEquals("", profile(asked(ProfileType.RuntimeDefault, "")));
        refused(asked(ProfileType.Localhost, "mine"), "the AppArmor profile mine is not loaded on this node");
    }

    @Test
    void whoSaysNothingGetsTheDefaultOnceItIsLoaded() throws Exception {
        kernelHas("other (enforce)");
        assertEquals("", profile(old("")));
        kernelHas("other (enforce)\nberth-default (enforce)");
        assertEquals("berth-default", profile(old("")));
        assertEquals("berth-default", profile(old("runtime/default")));
        assertEquals("berth-default", profile(asked(ProfileType.RuntimeDefault, "")));
    }

    @Test
    void whoAsksForTheDefaultIsRefusedWhenItCouldNotBeLoaded() throws Exception {
        kernelHas("other (enforce)");
        refused(asked(ProfileType.RuntimeDefault, ""), "the AppArmor profile berth-default is not loaded");
        refused(old("runtime/default"), "the AppArmor profile berth-default is not loaded");
    }

    @Test
    void aProfileOfTheNodeIsNamedWithOrWithoutItsPrefix() throws Exception {
        kernelHas("mine (enforce)\nmine-too (complain)");
        assertEquals("mine", profile(old("localhost/mine")));
        assertEquals("mine", profile(asked(ProfileType.Localhost, "mine")));
        assertEquals("mine-too", profile(asked(ProfileType.Localhost, "localhost/mine-too")));
        refused(asked(ProfileType.Localhost, "min"), "the AppArmor profile min is not loaded on this node");
        refused(asked(ProfileType.Localhost, ""), "is none of runtime/default, unconfined and localhost/NAME");
        refused(old("mine"), "the AppArmor profile 'mine' is none of");
    }

    @Test
    void theNewFieldWinsAndPrivilegedContainersAreNotConfined() throws Exception {
        kernelHas("berth-default (enforce)\nmine (enforce)");
        LinuxContainerSecurityContext both = asked(ProfileType.Localhost, "mine").toBuilder()
                .setApparmorProfile("localhost/none-such")
                .build();
        assertEquals("mine", profile(both));
        assertEquals("", profile(both.toBuilder().setPrivileged(true).build()));
        assertEquals("", profile(asked(ProfileType.Unconfined, "")));
        assertEquals("", profile(old("unconfined")));
    }

    @Test
    void thePodsOwnProcessGetsWhatThePodAsksFor() throws Exception {
        kernelHas("berth-default (enforce)\nmine (enforce)");
        AppArmor appArmor = new AppArmor(sys);
        LinuxSandboxSecurityContext nothing = LinuxSandboxSecurityContext.getDefaultInstance();
        LinuxSandboxSecurityContext mine = LinuxSandboxSecurityContext.newBuilder()
                .setApparmor(SecurityProfile.newBuilder()
                        .setProfileType(ProfileType.Localhost)
                        .setLocalhostRef("mine"))
                .build();
        assertEquals("berth-default", appArmor.profile(nothing));
        assertEquals("mine", appArmor.profile(mine));
        assertEquals("", appArmor.profile(mine.toBuilder().setPrivileged(true).build()));
        kernelHas("berth-default (enforce)");
        assertThrows(CriFailure.class, () -> appArmor.profile(mine));
    }

    @Test
    void theDefaultIsAProfileOfItsName() {
        String text = new String(AppArmorDefault.text(), StandardCharsets.UTF_8);
        assertTrue(text.contains("\nprofile berth-default flags="), text);
        assertTrue(text.contains("deny mount,"), text);
    }

    private void kernelHas(String profiles) throws IOException {
        Path enabled = sys.resolve("module/apparmor/parameters/enabled");
        Files.createDirectories(enabled.resolveSibling("."));
        Files.writeString(enabled, "Y\n");
        Path loaded = sys.resolve("kernel/security/apparmor/profiles");
        Files.createDirectories(loaded.resolveSibling("."));
        Files.writeString(loaded, profiles + "\n");
    }

    private String profile(LinuxContainerSecurityContext security) {
        return new AppArmor(sys).profile(security);
    }

    private void refused(LinuxContainerSecurityContext security, String expected) {
        CriFailure failure = assertThrows(CriFailure.class, () -> profile(security));
        assertEquals(CriFailure.Kind.INVALID, failure.kind());
        assertTrue(failure.sentence().contains(expected), failure.sentence());
    }

    private static LinuxContainerSecurityContext old(String profile) {
        return LinuxContainerSecurityContext.newBuilder()
                .setApparmorProfile(profile)
                .build();
    }

    private static LinuxContainerSecurityContext asked(ProfileType type, String reference) {
        return LinuxContainerSecurityContext.newBuilder()
                .setApparmor(SecurityProfile.newBuilder().setProfileType(type).setLocalhostRef(reference))
                .build();
    }
}
