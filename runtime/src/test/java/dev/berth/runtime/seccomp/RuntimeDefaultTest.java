package dev.berth.runtime.seccomp;

import static dev.berth.runtime.seccomp.Compiled.ALLOW;
import static dev.berth.runtime.seccomp.Compiled.ENOSYS;
import static dev.berth.runtime.seccomp.Compiled.EPERM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.runtime.capability.Capability;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.testing.CProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RuntimeDefaultTest {
    private static final SeccompProfile PROFILE = SeccompProfile.runtimeDefault();

    @ParameterizedTest
    @EnumSource(names = {"X86_64", "AARCH64"})
    void whatALaunchDoesAfterLoadingIsAllowed(Architecture machine) {
        Compiled filter = Compiled.of(PROFILE, CapabilitySet.NONE, machine);
        List<String> launch = List.of(
                "setgroups",
                "setresuid",
                "setresgid",
                "capset",
                "prctl",
                "openat2",
                "newfstatat",
                "statx",
                "close_range",
                "execve",
                "execveat",
                "fchdir",
                "getcwd",
                "fstat",
                "write",
                "exit_group",
                "umask",
                "dup3",
                "rt_sigprocmask");
        for (String name : launch) {
            assertEquals(ALLOW, filter.call(name), name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SYS_ADMIN, mount",
        "SYS_ADMIN, unshare",
        "SYS_ADMIN, setns",
        "SYS_ADMIN, sethostname",
        "SYS_ADMIN, bpf",
        "SYS_ADMIN, open_tree_attr",
        "SYS_PTRACE, kcmp",
        "SYS_PTRACE, pidfd_getfd",
        "SYS_MODULE, finit_module",
        "SYS_TIME, clock_settime",
        "SYSLOG, syslog",
        "SYS_CHROOT, chroot",
        "SYS_BOOT, reboot",
        "SYS_NICE, mbind",
        "SYS_PACCT, acct",
        "PERFMON, perf_event_open",
        "BPF, bpf",
        "DAC_READ_SEARCH, open_by_handle_at",
        "SYS_RAWIO, iopl",
        "SYS_TTY_CONFIG, vhangup"
    })
    void powerfulCallsComeWithTheirCapability(String capability, String call) {
        CapabilitySet held = CapabilitySet.of(Capability.parse(capability));
        assertEquals(ALLOW, Compiled.of(PROFILE, held, Architecture.X86_64).call(call));
        CapabilitySet others = CapabilitySet.DEFAULTS.minus(held);
        assertEquals(EPERM, Compiled.of(PROFILE, others, Architecture.X86_64).call(call));
    }

    @Test
    void newNamespacesNeedTheAdministratorsCapability() {
        Compiled plain = Compiled.of(PROFILE, CapabilitySet.DEFAULTS, Architecture.X86_64);
        long thread = 0x3d0f00;
        assertEquals(ALLOW, plain.call("clone", thread));
        assertEquals(ALLOW, plain.call("clone", 17));
        for (long flag :
                new long[] {0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000}) {
            assertEquals(EPERM, plain.call("clone", 17 | flag), Long.toHexString(flag));
        }
        assertEquals(ENOSYS, plain.call("clone3"));
        Compiled admin = Compiled.of(PROFILE, CapabilitySet.of(Capability.CAP_SYS_ADMIN), Architecture.X86_64);
        assertEquals(ALLOW, admin.call("clone", 0x10000011));
        assertEquals(ALLOW, admin.call("clone3"));
    }

    @Test
    void socketsReachNeitherTheHypervisorNorKernelCryptography() {
        for (Architecture machine : List.of(Architecture.X86_64, Architecture.AARCH64)) {
            Compiled filter = Compiled.of(PROFILE, CapabilitySet.upTo(40), machine);
            for (int family = 0; family < 50; family++) {
                int expected = family == 38 || family == 40 ? EPERM : ALLOW;
                assertEquals(expected, filter.call("socket", family, 1, 0), "family " + family);
            }
        }
    }

    @Test
    void personalityIsAskedForOrOneOfTheUsualOnes() {
        Compiled filter = Compiled.of(PROFILE, CapabilitySet.NONE, Architecture.X86_64);
        for (long allowed : new long[] {0, 8, 0x20000, 0x20008, 0xFFFFFFFFL}) {
            assertEquals(ALLOW, filter.call("personality", allowed));
        }
        assertEquals(EPERM, filter.call("personality", 0x0400000));
        assertEquals(EPERM, filter.call("personality", 0x40000));
    }

    @Test
    void callsThatNoContainerNeedsAreRefusedWhateverItHolds() {
        Compiled filter = Compiled.of(PROFILE, CapabilitySet.upTo(40), Architecture.X86_64);
        for (String name :
                List.of("kexec_load", "keyctl", "add_key", "request_key", "io_uring_setup", "userfaultfd", "swapon")) {
            assertEquals(EPERM, filter.call(name), name);
        }
    }

    @Test
    void callsOfKernelsToComeDoNotExist() {
        Compiled filter = Compiled.of(PROFILE, CapabilitySet.NONE, Architecture.X86_64);
        assertEquals(ENOSYS, filter.call(471));
        assertEquals(ENOSYS, filter.call(600));
    }

    @Test
    void thirtyTwoBitProgramsRun() {
        Compiled pc = Compiled.of(PROFILE, CapabilitySet.NONE, Architecture.X86_64);
        assertEquals(ALLOW, pc.call(Architecture.X86, "socketcall"));
        assertEquals(ALLOW, pc.call(Architecture.X86, "clock_gettime64"));
        assertEquals(EPERM, pc.call(Architecture.X86, "mount"));
        Compiled arm = Compiled.of(PROFILE, CapabilitySet.NONE, Architecture.AARCH64);
        assertEquals(ALLOW, arm.call(Architecture.ARM, "set_tls"));
        assertEquals(ALLOW, arm.call(Architecture.ARM, "mmap2"));
        assertEquals(EPERM, arm.call(Architecture.ARM, "usr26"));
        assertEquals(ENOSYS, arm.filter().verdict(Architecture.ARM.auditNumber(), 471));
    }

    @Test
    void theFilterIsShortBecauseNeighboursShareARange() {
        assertTrue(Compiled.of(PROFILE, CapabilitySet.DEFAULTS, Architecture.X86_64)
                        .filter()
                        .length()
                < 350);
    }

    @Test
    void everyNameIsACallOfSomeArchitectureAndMostOfThemAreThere() {
        Set<String> known = new TreeSet<>();
        for (Architecture architecture : Architecture.values()) {
            known.addAll(SyscallTable.of(architecture).numbers().keySet());
        }
        Set<String> named = PROFILE.rules().stream()
                .flatMap(rule -> rule.names().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(named.size() > 400);
        named.removeAll(known);
        assertEquals(Set.of(), named);
    }

    @Test
    void theKernelLoadsTheFilterAndProgramsRunUnderIt(@TempDir Path directory) throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/gcc")), "loading a filter needs Debian's gcc");
        CProgram runner = CProgram.compile(RuntimeDefaultTest.class, directory, "run.c");
        SeccompProgram program = SeccompCompiler.forThisMachine().compile(PROFILE, CapabilitySet.DEFAULTS);
        String filter =
                Files.write(directory.resolve("filter"), program.instructions()).toString();
        CProgram.Result status = runner.run(new byte[0], filter, "/bin/grep", "Seccomp:", "/proc/self/status");
        assertEquals("Seccomp:\t2\n", new String(status.output(), StandardCharsets.US_ASCII));
        assertEquals(
                1,
                runner.run(new byte[0], filter, "/usr/bin/unshare", "-U", "/bin/true")
                        .exitCode());
    }
}
