package dev.berth.runtime.seccomp;

import static dev.berth.runtime.seccomp.Compiled.ALLOW;
import static dev.berth.runtime.seccomp.Compiled.ENOSYS;
import static dev.berth.runtime.seccomp.Compiled.EPERM;
import static dev.berth.runtime.seccomp.Compiled.ERRNO;
import static dev.berth.runtime.seccomp.Compiled.KILL_PROCESS;
import static dev.berth.runtime.seccomp.Compiled.KILL_THREAD;
import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.capability.Capability;
import dev.berth.runtime.capability.CapabilitySet;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompCompilerTest {
    @Test
    void aDenyListRefusesWhatItNames() {
        Compiled filter = Compiled.of("""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                  {"names": ["chmod", "fchmodat", "no_such_call"], "action": "SCMP_ACT_ERRNO"}]}""");
        assertEquals(EPERM, filter.call("chmod"));
        assertEquals(EPERM, filter.call("fchmodat"));
        assertEquals(ALLOW, filter.call("fchmod"));
        assertEquals(ALLOW, filter.call("read"));
        assertEquals(ALLOW, filter.call(5000));
    }

    @Test
    void everyActionBecomesItsVerdict() {
        Compiled filter = Compiled.of("""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                  {"name": "read", "action": "SCMP_ACT_KILL"},
                  {"name": "write", "action": "SCMP_ACT_KILL_THREAD"},
                  {"name": "open", "action": "SCMP_ACT_KILL_PROCESS"},
                  {"name": "close", "action": "SCMP_ACT_TRAP"},
                  {"name": "stat", "action": "SCMP_ACT_ERRNO", "errnoRet": 4095},
                  {"name": "fstat", "action": "SCMP_ACT_TRACE", "errnoRet": 65535},
                  {"name": "lstat", "action": "SCMP_ACT_LOG"}]}""");
        assertEquals(KILL_THREAD, filter.call("read"));
        assertEquals(KILL_THREAD, filter.call("write"));
        assertEquals(KILL_PROCESS, filter.call("open"));
        assertEquals(0x00030000, filter.call("close"));
        assertEquals(ERRNO | 4095, filter.call("stat"));
        assertEquals(0x7ff0ffff, filter.call("fstat"));
        assertEquals(0x7ffc0000, filter.call("lstat"));
    }

    @ParameterizedTest
    @CsvSource({
        "NE, 100000004, 100000004:n 4:y 100000005:y ffffffff00000004:y",
        "LT, 100000004, 100000003:y 100000004:n 0:y ffffffff:y 200000000:n",
        "LE, 100000004, 100000004:y 100000005:n ffffffff:y 200000000:n",
        "EQ, 100000004, 100000004:y 4:n 100000005:n",
        "GE, 100000004, 100000004:y 100000003:n 200000000:y ffffffff:n ffffffffffffffff:y",
        "GT, 100000004, 100000004:n 100000005:y 200000000:y ffffffff:n",
        "GT, ffffffffffffffff, ffffffffffffffff:n 0:n",
        "GE, 0, 0:y ffffffffffffffff:y",
        "LT, 0, 0:n ffffffffffffffff:n"
    })
    void argumentsAreComparedWithAllTheirBits(String operator, String value, String cases) {
        Compiled filter = withCondition("{\"index\": 5, \"op\": \"SCMP_CMP_%s\", \"value\": %s}"
                .formatted(operator, Long.toUnsignedString(Long.parseUnsignedLong(value, 16))));
        for (String one : cases.split(" ", -1)) {
            String[] parts = one.split(":", -1);
            long argument = Long.parseUnsignedLong(parts[0], 16);
            int expected = parts[1].equals("y") ? ALLOW : EPERM;
            assertEquals(expected, filter.call("mmap", 1, 2, 3, 4, 5, argument), one);
        }
    }

    @Test
    void maskedArgumentsMustEqualWithinTheMask() {
        Compiled filter =
                withCondition("{\"index\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\", \"value\": 4294967298, \"valueTwo\": 2}");
        assertEquals(ALLOW, filter.call("mmap", 2));
        assertEquals(ALLOW, filter.call("mmap", 0xFFFFFFFE_FFFFFFFFL));
        assertEquals(EPERM, filter.call("mmap", 0x1_00000002L));
        assertEquals(EPERM, filter.call("mmap", 0));
    }

    @Test
    void conditionsOfOneEntryHoldTogether() {
        Compiled filter = withCondition(
                "{\"index\": 0, \"op\": \"SCMP_CMP_EQ\", \"value\": 1}, {\"index\": 1, \"op\": \"SCMP_CMP_EQ\", \"value\": 2}");
        assertEquals(ALLOW, filter.call("mmap", 1, 2));
        assertEquals(EPERM, filter.call("mmap", 1, 3));
        assertEquals(EPERM, filter.call("mmap", 2, 2));
    }

    @Test
    void conditionsOnTheSameArgumentAreAlternatives() {
        Compiled filter = withCondition(
                "{\"index\": 0, \"op\": \"SCMP_CMP_EQ\", \"value\": 1}, {\"index\": 0, \"op\": \"SCMP_CMP_EQ\", \"value\": 2}");
        assertEquals(ALLOW, filter.call("mmap", 1));
        assertEquals(ALLOW, filter.call("mmap", 2));
        assertEquals(EPERM, filter.call("mmap", 3));
    }

    @Test
    void severalEntriesForOneCallAreAlternativesTheStrictestFirst() {
        Compiled filter = Compiled.of("""
                {"defaultAction": "SCMP_ACT_LOG", "syscalls": [
                  {"name": "mmap", "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_GE", "value": 5}]},
                  {"name": "mmap", "action": "SCMP_ACT_KILL_PROCESS", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 7}]}]}""");
        assertEquals(0x7ffc0000, filter.call("mmap", 4));
        assertEquals(ALLOW, filter.call("mmap", 6));
        assertEquals(KILL_PROCESS, filter.call("mmap", 7));
    }

    @Test
    void severalEntriesForOneCallHoldWhereAnyOfThemDoes() {
        RandomProfiles random = new RandomProfiles(7, 5);
        for (int i = 0; i < 100; i++) {
            SeccompProfile profile = random.next();
            Compiled filter = Compiled.of(profile, CapabilitySet.NONE, Architecture.X86_64);
            for (String call : RandomProfiles.CALLS) {
                int number = SyscallTable.of(Architecture.X86_64).number(call).orElseThrow();
                for (long[] arguments : RandomProfiles.edges(profile, number)) {
                    assertEquals(plainVerdict(profile, call, arguments), filter.call(call, arguments));
                }
            }
        }
    }

    private static int plainVerdict(SeccompProfile profile, String call, long[] arguments) {
        return profile.rules().stream()
                .filter(rule -> rule.names().contains(call))
                .filter(rule -> rule.conditions().stream().allMatch(condition -> holds(condition, arguments)))
                .map(SyscallRule::action)
                .findFirst()
                .orElse(profile.defaultAction())
                .verdict();
    }

    private static boolean holds(ArgumentCondition condition, long[] arguments) {
        long argument = arguments[condition.index()];
        int order = Long.compareUnsigned(argument, condition.value());
        return switch (condition.operator()) {
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case EQ -> order == 0;
            case GE -> order >= 0;
            case GT -> order > 0;
            case MASKED_EQ -> ((argument ^ condition.valueTwo()) & condition.value()) == 0;
        };
    }

    @Test
    void anEntryWithoutConditionsDecidesAloneAndTheFirstOneWins() {
        Compiled filter = Compiled.of("""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                  {"name": "mmap", "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 7}]},
                  {"name": "mmap", "action": "SCMP_ACT_ALLOW"},
                  {"name": "mmap", "action": "SCMP_ACT_ERRNO"},
                  {"name": "mmap", "action": "SCMP_ACT_KILL"}]}""");
        assertEquals(EPERM, filter.call("mmap", 7), "an entry that repeats the default says nothing");
    }

    @Test
    void callsYoungerThanAnErrorProfileAreAnsweredAsByAKernelWithoutThem() {
        Compiled filter = Compiled.of("""
                {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "clone3"], "action": "SCMP_ACT_ALLOW"}]}""");
        assertEquals(EPERM, filter.call("openat"));
        assertEquals(ALLOW, filter.call("clone3"));
        assertEquals(ENOSYS, filter.call("close_range"));
        assertEquals(EPERM, filter.call(-1));
        Compiled killing = Compiled.of("""
                {"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}""");
        assertEquals(KILL_PROCESS, killing.call("close_range"));
    }

    @Test
    void x32CallsDoNotExist() {
        Compiled filter =
                Compiled.of("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X32\"]}");
        assertEquals(ENOSYS, filter.call(0x40000000));
        assertEquals(ENOSYS, filter.call(0x40000000 + 520));
        assertEquals(ENOSYS, filter.call(-2));
        assertEquals(ALLOW, filter.call(0x3FFFFFFF));
        assertEquals(ALLOW, filter.call(-1));
    }

    @Test
    void otherArchitecturesKillUnlessNamed() {
        String rules = "\"syscalls\": [{\"name\": \"chmod\", \"action\": \"SCMP_ACT_ERRNO\"}]}";
        Compiled own = Compiled.of("{\"defaultAction\": \"SCMP_ACT_ALLOW\", " + rules);
        assertEquals(KILL_PROCESS, own.call(Architecture.X86, "read"));
        assertEquals(KILL_PROCESS, own.call(Architecture.AARCH64, "read"));
        Compiled both =
                Compiled.of("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86\"], " + rules);
        assertEquals(ALLOW, both.call(Architecture.X86, "read"));
        assertEquals(EPERM, both.call(Architecture.X86, "chmod"));
        assertEquals(EPERM, both.call(Architecture.X86_64, "chmod"));
        assertEquals(KILL_PROCESS, both.call(Architecture.ARM, "read"));
    }

    @Test
    void narrowCallersAreComparedWithTheLowWord() {
        Compiled filter = Compiled.of("""
                {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86"], "syscalls": [
                  {"name": "kill", "action": "SCMP_ACT_ALLOW",
                   "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 18446744073709551615}]}]}""");
        assertEquals(ALLOW, filter.call(Architecture.X86, "kill", 0xFFFFFFFFL));
        assertEquals(EPERM, filter.call(Architecture.X86_64, "kill", 0xFFFFFFFFL));
        assertEquals(ALLOW, filter.call(Architecture.X86_64, "kill", -1));
    }

    @Test
    void entriesApplyWhereTheirCircumstancesHold() {
        String rule =
                "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"name\": \"mount\", \"action\": \"SCMP_ACT_ALLOW\", %s}]}";
        CapabilitySet admin = CapabilitySet.of(Capability.CAP_SYS_ADMIN);
        assertApplies(rule.formatted("\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}"), admin, true);
        assertApplies(rule.formatted("\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\", \"CAP_CHOWN\"]}"), admin, false);
        assertApplies(rule.formatted("\"excludes\": {\"caps\": [\"CAP_CHOWN\", \"CAP_SYS_ADMIN\"]}"), admin, false);
        assertApplies(rule.formatted("\"excludes\": {\"caps\": [\"CAP_CHOWN\"]}"), admin, true);
        assertApplies(rule.formatted("\"includes\": {\"arches\": [\"arm64\", \"amd64\"]}"), admin, true);
        assertApplies(rule.formatted("\"includes\": {\"arches\": [\"s390x\"]}"), admin, false);
        assertApplies(rule.formatted("\"excludes\": {\"arches\": [\"amd64\"]}"), admin, false);
        assertApplies(rule.formatted("\"includes\": {\"minKernel\": \"6.1\"}"), admin, true);
        assertApplies(rule.formatted("\"includes\": {\"minKernel\": \"6.2\"}"), admin, false);
        assertApplies(rule.formatted("\"excludes\": {\"minKernel\": \"5.15\"}"), admin, false);
        assertApplies(rule.formatted("\"includes\": null, \"excludes\": {}"), admin, true);
    }

    @Test
    void farJumpsStillArrive() {
        Compiled large =
                Compiled.of("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [" + manyEntries(300) + "]}");
        assertTrue(large.filter().length() > 1000);
        for (int i = 0; i < 300; i++) {
            assertEquals(ALLOW, large.call("mmap", i * 3L));
            assertEquals(EPERM, large.call("mmap", i * 3L + 1));
        }
        assertEquals(EPERM, large.call("close"));
        assertEquals(ENOSYS, large.call("openat2"));
    }

    @Test
    void aFilterTooLongForTheKernelIsRefused() {
        assertRefused(
                "needs more than 4096 instructions",
                () -> Compiled.of(
                        "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [" + manyEntries(1100) + "]}"));
    }

    @Test
    void aProfileIsCompiledOnceForEachSetOfCapabilities() {
        SeccompCompiler compiler = new SeccompCompiler(Architecture.X86_64, Compiled.KERNEL);
        SeccompProfile profile = SeccompProfile.runtimeDefault();
        SeccompProgram first = compiler.compile(profile, CapabilitySet.DEFAULTS);
        assertSame(first, compiler.compile(profile, CapabilitySet.DEFAULTS));
        assertNotSame(first, compiler.compile(profile, CapabilitySet.NONE));
    }

    @Test
    void flagsOfTheProfileAreThoseOfTheCallThatLoadsIt() {
        assertEquals(4, flags("[]"));
        assertEquals(2, flags("[\"SECCOMP_FILTER_FLAG_LOG\"]"));
        assertEquals(6, flags("[\"SECCOMP_FILTER_FLAG_LOG\", \"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]"));
        assertEquals(0, flags("[\"SECCOMP_FILTER_FLAG_TSYNC\"]"));
    }

    private static int flags(String flags) {
        String json = "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": %s}".formatted(flags);
        SeccompProfile profile = SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8));
        return new SeccompCompiler(Architecture.X86_64, Compiled.KERNEL)
                .compile(profile, CapabilitySet.NONE)
                .flags();
    }

    private static String manyEntries(int count) {
        return IntStream.range(0, count).mapToObj(i -> """
                        {"name": "mmap", "action": "SCMP_ACT_ALLOW",
                         "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": %d}]}""".formatted(i * 3L)).collect(Collectors.joining(","));
    }

    private static void assertApplies(String json, CapabilitySet capabilities, boolean applies) {
        SeccompProfile profile = SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8));
        Compiled filter = Compiled.of(profile, capabilities, Architecture.X86_64);
        assertEquals(applies ? ALLOW : EPERM, filter.call("mount"), json);
    }

    private static Compiled withCondition(String conditions) {
        return Compiled.of("""
                {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
                  {"name": "mmap", "action": "SCMP_ACT_ALLOW", "args": [%s]}]}""".formatted(conditions));
    }
}
