package dev.berth.runtime.device;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.runtime.testing.CProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceProgramTest {
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int MAKE = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;

    @Test
    void withoutRulesNothingIsAllowed() {
        DeviceInterpreter program = program(List.of());
        assertFalse(program.allows(CHARACTER, READ, 1, 3));
        assertFalse(program.allows(BLOCK, MAKE, 8, 0));
    }

    @Test
    void theDefaultsOpenTheContainersOwnDevicesAndMakeAny() {
        DeviceInterpreter program = program(DeviceRules.of(false, List.of()));
        for (int minor : new int[] {3, 5, 7, 8, 9}) {
            assertTrue(program.allows(CHARACTER, READ | WRITE, 1, minor), "c 1:" + minor);
        }
        assertTrue(program.allows(CHARACTER, READ | WRITE | MAKE, 5, 2));
        assertTrue(program.allows(CHARACTER, WRITE, 136, 77));
        assertTrue(program.allows(CHARACTER, READ, 10, 200));
        assertTrue(program.allows(BLOCK, MAKE, 8, 0));
        assertTrue(program.allows(CHARACTER, MAKE, 1, 1));
        assertFalse(program.allows(CHARACTER, READ, 1, 1), "/dev/mem");
        assertFalse(program.allows(BLOCK, READ, 8, 0), "a disk");
        assertFalse(program.allows(BLOCK, READ, 1, 3), "a block device with the numbers of /dev/null");
        assertFalse(program.allows(CHARACTER, MAKE | READ, 1, 1), "making and opening at once");
    }

    @Test
    void aContainersDeviceIsUsedAsItsPermissionsSay() {
        DeviceRule disk = DeviceRule.allow(DeviceRule.Type.BLOCK, 8, 16, DeviceAccess.parse("r"));
        DeviceInterpreter program = program(DeviceRules.of(false, List.of(disk)));
        assertTrue(program.allows(BLOCK, READ, 8, 16));
        assertFalse(program.allows(BLOCK, WRITE, 8, 16));
        assertFalse(program.allows(BLOCK, READ | WRITE, 8, 16));
        assertFalse(program.allows(BLOCK, READ, 8, 17));
        assertFalse(program.allows(BLOCK, READ, 9, 16));
        assertFalse(program.allows(CHARACTER, READ, 8, 16));
    }

    @Test
    void aPrivilegedContainerUsesEverything() {
        DeviceInterpreter program = program(DeviceRules.of(true, List.of()));
        assertTrue(program.allows(BLOCK, READ | WRITE | MAKE, 8, 0));
        assertTrue(program.allows(CHARACTER, WRITE, 4095, 0xFFFFF));
        assertEquals(8, program.length(), "nothing comes after a rule that always fits");
    }

    @Test
    void theFirstRuleThatFitsDecides() {
        DeviceRule deny = new DeviceRule(false, DeviceRule.Type.CHARACTER, 1, 1, DeviceAccess.RWM);
        DeviceInterpreter program = program(List.of(deny, DeviceRule.ALL, deny));
        assertFalse(program.allows(CHARACTER, READ, 1, 1));
        assertTrue(program.allows(CHARACTER, READ, 1, 2));
        assertTrue(program.allows(BLOCK, READ, 1, 1));
    }

    @Test
    void cgroupV1IsToldTheSameInLines() {
        assertEquals(
                List.of("c *:* m", "b *:* m", "c 1:3 rwm"),
                DeviceRules.allowLines(DeviceRules.DEFAULTS).subList(0, 3));
        assertTrue(DeviceRules.allowLines(DeviceRules.DEFAULTS).contains("c 136:* rwm"));
        assertEquals(List.of("a *:* rwm"), DeviceRules.allowLines(List.of(DeviceRule.ALL)));
        DeviceRule deny = new DeviceRule(false, DeviceRule.Type.BLOCK, 8, 0, DeviceAccess.parse("wr"));
        assertRefused("device rule \"b 8:0 rw\" denies", () -> DeviceRules.allowLines(List.of(deny)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "rwx", "rr", "r w", "RW", "rwmm"})
    void permissionsThatAreNoneAreRefused(String permissions) {
        assertRefused(
                "device permissions \"%s\" are malformed".formatted(permissions),
                () -> DeviceAccess.parse(permissions));
    }

    @Test
    void permissionsComeInAnyOrder() {
        assertEquals(DeviceAccess.RWM, DeviceAccess.parse("mrw"));
        assertEquals(new DeviceAccess(false, true, false), DeviceAccess.parse("w"));
    }

    @Test
    void numbersBeyondTheKernelsAreRefused() {
        assertRefused("major number 4096", () -> DeviceRule.allow(DeviceRule.Type.BLOCK, 4096, 0, DeviceAccess.RWM));
        assertRefused(
                "minor number 1048576", () -> DeviceRule.allow(DeviceRule.Type.BLOCK, 0, 1 << 20, DeviceAccess.RWM));
        assertRefused("minor number -2", () -> DeviceRule.allow(DeviceRule.Type.BLOCK, 0, -2, DeviceAccess.RWM));
        assertRefused("at most 1024", () -> DeviceProgram.compile(Collections.nCopies(1025, DeviceRule.ALL)));
    }

    @Test
    void theKernelsVerifierTakesThePrograms(@TempDir Path directory) throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/gcc")), "loading a program needs Debian's gcc");
        assumeTrue("root".equals(System.getProperty("user.name")), "loading a program needs root");
        CProgram loader = CProgram.compile(DeviceProgramTest.class, directory, "load.c");
        DeviceRule disk = DeviceRule.allow(DeviceRule.Type.BLOCK, 8, 16, DeviceAccess.parse("rm"));
        List<List<DeviceRule>> lists = List.of(
                List.of(),
                DeviceRules.of(true, List.of(disk)),
                DeviceRules.of(false, List.of(disk)),
                List.of(disk, DeviceRule.ALL, disk),
                Collections.nCopies(1024, disk));
        for (List<DeviceRule> rules : lists) {
            CProgram.Result result = loader.run(DeviceProgram.compile(rules));
            assertEquals(0, result.exitCode(), result.errors());
        }
    }

    private static DeviceInterpreter program(List<DeviceRule> rules) {
        return new DeviceInterpreter(DeviceProgram.compile(rules));
    }
}
