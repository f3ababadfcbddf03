package dev.berth.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.runtime.capability.Capability;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.testing.CProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every verdict must be the one of libseccomp, but for the calls that {@link Verdicts} answers with ENOSYS on purpose. */
class LibseccompComparisonTest {
    private static final int X86_64 = Architecture.X86_64.auditNumber();
    private static final int NUMBERS = 480;

    /** The newest call that libseccomp 2.5.4 knows by name; Debian 12 has that version. */
    private static final int NEWEST_KNOWN_ON_X86 = 450;

    @TempDir
    private static Path directory;

    private static Libseccomp libseccomp;

    @BeforeAll
    static void compile() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/usr/include/seccomp.h")) && Files.exists(Path.of("/usr/bin/gcc")),
                "comparison with libseccomp needs Debian's gcc and libseccomp-dev");
        assumeTrue(Architecture.current() == Architecture.X86_64, "comparison with libseccomp runs on x86_64");
        libseccomp =
                new Libseccomp(CProgram.compile(LibseccompComparisonTest.class, directory, "export.c", "-lseccomp"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xa80425fbL, 1L << 21, 0x1ffffffffffL, 1L << 38 | 1L << 39 | 1L << 19 | 1L << 34})
    void theDefaultProfileIsReadTheSame(long capabilities) throws Exception {
        compare(SeccompProfile.runtimeDefault(), new CapabilitySet(capabilities));
    }

    @Test
    void theProfileOfOtherRuntimesIsReadTheSame() throws Exception {
        Path other = Path.of("/usr/share/containers/seccomp.json");
        assumeTrue(
                Files.exists(other),
                "comparison on another runtime's profile needs Debian's golang-github-containers-common");
        SeccompProfile profile = SeccompProfile.parse(Files.readAllBytes(other));
        compare(profile, CapabilitySet.DEFAULTS);
        compare(profile, CapabilitySet.of(Capability.CAP_SYS_ADMIN));
    }

    @Test
    void narrowCallsAreReadTheSame() throws Exception {
        SeccompProfile profile = SeccompProfile.runtimeDefault();
        FilterInterpreter ours = Compiled.of(profile, CapabilitySet.DEFAULTS, Architecture.X86_64)
                .filter();
        FilterInterpreter theirs = libseccomp.compile(profile, CapabilitySet.DEFAULTS, Architecture.X86);
        int x86 = Architecture.X86.auditNumber();
        // libseccomp turns rules for socket and System V calls into rules for the calls that carry them on x86.
        TreeSet<Integer> carriers = new TreeSet<>(List.of(102, 117));
        for (int number = -1; number <= NEWEST_KNOWN_ON_X86; number++) {
            if (!carriers.contains(number)) {
                compare(ours, theirs, x86, number, new long[6]);
            }
        }
    }

    /** One entry a call: from several with different conditions libseccomp 2.5.4 makes filters that match what none of them does. */
    @Test
    void conditionsOfEveryKindAreReadTheSame() throws Exception {
        RandomProfiles random = new RandomProfiles(42, 1);
        for (int i = 0; i < 60; i++) {
            compare(random.next(), CapabilitySet.NONE);
        }
    }

    private static void compare(SeccompProfile profile, CapabilitySet capabilities) throws Exception {
        FilterInterpreter ours =
                Compiled.of(profile, capabilities, Architecture.X86_64).filter();
        FilterInterpreter theirs = libseccomp.compile(profile, capabilities, Architecture.X86_64);
        for (int number = 0; number < NUMBERS; number++) {
            for (long[] arguments : RandomProfiles.edges(profile, number)) {
                compare(ours, theirs, X86_64, number, arguments);
            }
        }
        compare(ours, theirs, X86_64, -1, new long[6]);
        int foreign = Architecture.AARCH64.auditNumber();
        assertEquals(theirs.verdict(foreign, 0), ours.verdict(foreign, 0), "a foreign call");
        assertEquals(Compiled.KILL_PROCESS, theirs.verdict(X86_64, 0x40000000), "an x32 call");
        assertEquals(Compiled.ENOSYS, ours.verdict(X86_64, 0x40000000), "an x32 call");
    }

    private static void compare(
            FilterInterpreter ours, FilterInterpreter theirs, int architecture, int number, long[] arguments) {
        int expected = theirs.verdict(architecture, number, arguments);
        int actual = ours.verdict(architecture, number, arguments);
        assertEquals(
                expected,
                actual == Compiled.ENOSYS && expected == Compiled.EPERM ? expected : actual,
                () -> "call %d with %s".formatted(number, Arrays.toString(arguments)));
    }
}
