package dev.berth.runtime.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles device rules into a BPF_PROG_TYPE_CGROUP_DEVICE program. It loads type, access, major and minor into registers 2 to 5,
 * tries one block per rule, and refuses at the end.
 */
final class DeviceProgram {
    private static final int LOAD_WORD = 0x61;
    private static final int MOVE_64 = 0xb7;
    private static final int MOVE_32_REGISTER = 0xbc;
    private static final int AND_32 = 0x54;
    private static final int SHIFT_RIGHT_32 = 0x74;
    private static final int JUMP_UNEQUAL = 0x55;
    private static final int JUMP_UNEQUAL_REGISTER = 0x5d;
    private static final int EXIT = 0x95;
    private static final int ALL_ACCESS = 7;

    /** One that leaves the block jumps to its end, which is known only once the block is whole. */
    private record Instruction(int code, int to, int from, boolean leavesBlock, int value) {}

    private DeviceProgram() {}

    static byte[] compile(List<DeviceRule> rules) {
        List<List<Instruction>> blocks = new ArrayList<>();
        blocks.add(List.of(
                plain(LOAD_WORD, 2, 1, 0),
                plain(MOVE_32_REGISTER, 3, 2, 0),
                plain(AND_32, 2, 0, 0xffff),
                plain(SHIFT_RIGHT_32, 3, 0, 16),
                plain(LOAD_WORD, 4, 1, 4),
                plain(LOAD_WORD, 5, 1, 8)));
        rules.forEach(rule -> blocks.add(block(rule)));
        blocks.add(List.of(plain(MOVE_64, 0, 0, 0), plain(EXIT, 0, 0, 0)));
        return encode(blocks);
    }

    private static List<Instruction> block(DeviceRule rule) {
        List<Instruction> block = new ArrayList<>();
        block.add(leave(JUMP_UNEQUAL, 2, 0, rule.typeNumber()));
        if (rule.accessBits() != ALL_ACCESS) {
            block.add(plain(MOVE_32_REGISTER, 1, 3, 0));
            block.add(plain(AND_32, 1, 0, rule.accessBits()));
            block.add(leave(JUMP_UNEQUAL_REGISTER, 1, 3, 0));
        }
        if (rule.major() != DeviceRule.ANY) {
            block.add(leave(JUMP_UNEQUAL, 4, 0, rule.major()));
        }
        if (rule.minor() != DeviceRule.ANY) {
            block.add(leave(JUMP_UNEQUAL, 5, 0, rule.minor()));
        }
        block.add(plain(MOVE_64, 0, 0, 1));
        block.add(plain(EXIT, 0, 0, 0));
        return block;
    }

    private static Instruction plain(int code, int to, int from, int value) {
        return new Instruction(code, to, from, false, value);
    }

    private static Instruction leave(int code, int to, int from, int value) {
        return new Instruction(code, to, from, true, value);
    }

    /** struct bpf_insn: code, two register numbers, a 16-bit offset, a 32-bit immediate; a load has its offset in the offset. */
    private static byte[] encode(List<List<Instruction>> blocks) {
        int count = blocks.stream().mapToInt(List::size).sum();
        ByteBuffer out = ByteBuffer.allocate(count * 8).order(ByteOrder.nativeOrder());
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        for (List<Instruction> block : blocks) {
            for (int i = 0; i < block.size(); i++) {
                Instruction it = block.get(i);
                boolean load = it.code() == LOAD_WORD;
                out.put((byte) it.code());
                out.put((byte) (little ? it.from() << 4 | it.to() : it.to() << 4 | it.from()));
                out.putShort((short) (load ? it.value() : it.leavesBlock() ? block.size() - i - 1 : 0));
                out.putInt(load ? 0 : it.value());
            }
        }
        return out.array();
    }
}
