package dev.berth.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the compiled program in a small interpreter of the instructions it uses. */
class DeviceProgramTest {
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;

    private static final List<DeviceRule> RULES = List.of(
            DeviceRule.characters(1, 3, "rwm"),
            DeviceRule.characters(136, DeviceRule.ANY, "rw"),
            new DeviceRule(DeviceRule.Type.BLOCK, 8, 16, "r"));

    @Test
    void whatARuleNamesIsAllowedAndTheRestIsNot() {
        assertEquals(1, run(CHARACTER, READ | WRITE, 1, 3));
        assertEquals(0, run(CHARACTER, READ, 1, 5));
        assertEquals(0, run(BLOCK, READ, 1, 3));
        assertEquals(1, run(CHARACTER, WRITE, 136, 77));
        assertEquals(0, run(CHARACTER, MKNOD, 136, 77));
        assertEquals(1, run(BLOCK, READ, 8, 16));
        assertEquals(0, run(BLOCK, READ | WRITE, 8, 16));
        assertEquals(0, run(BLOCK, READ, 8, 17));
    }

    @Test
    void rulesAreSpelledAsCgroupV1WantsThem() {
        assertEquals(
                List.of("c 1:3 rwm", "c 136:* rw", "b 8:16 r"),
                RULES.stream().map(DeviceRule::line).toList());
    }

    @Test
    void aRuleWithOtherLettersIsRefused() {
        assertThrows(CgroupFailure.class, () -> DeviceRule.characters(1, 3, "rx"));
        assertThrows(CgroupFailure.class, () -> DeviceRule.characters(1, 3, ""));
        assertThrows(CgroupFailure.class, () -> DeviceRule.characters(-2, 3, "r"));
    }

    private static long run(int type, int access, int major, int minor) {
        ByteBuffer code = ByteBuffer.wrap(DeviceProgram.compile(RULES)).order(ByteOrder.nativeOrder());
        int[] context = {access << 16 | type, major, minor};
        long[] registers = new long[11];
        for (int at = 0; ; at++) {
            int opcode = code.get(at * 8) & 0xff;
            int pair = code.get(at * 8 + 1) & 0xff;
            int to = pair & 15;
            int from = pair >> 4;
            int offset = code.getShort(at * 8 + 2);
            int value = code.getInt(at * 8 + 4);
            switch (opcode) {
                case 0x61 -> registers[to] = context[offset / 4];
                case 0xbc -> registers[to] = registers[from];
                case 0xb7 -> registers[to] = value;
                case 0x54 -> registers[to] &= value;
                case 0x74 -> registers[to] >>>= value;
                case 0x55 -> at += registers[to] != value ? offset : 0;
                case 0x5d -> at += registers[to] != registers[from] ? offset : 0;
                case 0x95 -> {
                    return registers[0];
                }
                default -> throw new AssertionError("opcode " + opcode);
            }
        }
    }
}
