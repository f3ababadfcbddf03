package dev.berth.runtime.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes device rules as a BPF_PROG_TYPE_CGROUP_DEVICE program: one block a rule, which leaves it for the next as soon as something does
 * not fit, and a refusal at the end. That refusal is the tail of the program and no rule, so that no list of rules can forget it.
 */
public final class DeviceProgram {
    private static final int MAX_RULES = 1024;
    private static final int INSTRUCTION_BYTES = 8;

    // Registers: the context, then what a rule is compared with.
    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int TYPE = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    /** The context is not needed once its fields are loaded. */
    private static final int SCRATCH = CONTEXT;

    // Opcodes of linux/bpf.h; 32-bit arithmetic clears the upper half.
    private static final int LOAD_WORD = 0x61;
    private static final int AND = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int MOVE = 0xb4;
    private static final int MOVE_REGISTER = 0xbc;
    private static final int JUMP_NOT_EQUAL = 0x55;
    private static final int JUMP_NOT_EQUAL_REGISTER = 0x5d;
    private static final int EXIT = 0x95;

    private static final int TYPE_BITS = 0xFFFF;
    private static final int ACCESS_SHIFT = 16;
    private static final int BLOCK_DEVICE = 1;
    private static final int CHARACTER_DEVICE = 2;

    private record Instruction(int code, int target, int source, int offset, int constant) {
        Instruction withOffset(int newOffset) {
            return new Instruction(code, target, source, newOffset, constant);
        }

        boolean jumps() {
            return code == JUMP_NOT_EQUAL || code == JUMP_NOT_EQUAL_REGISTER;
        }
    }

    private final List<Instruction> program = new ArrayList<>();

    private DeviceProgram() {}

    /** The program of a list of rules, as an array of struct bpf_insn. */
    public static byte[] compile(List<DeviceRule> rules) {
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException(
                    "there are %d device rules; at most %d are taken".formatted(rules.size(), MAX_RULES));
        }
        DeviceProgram program = new DeviceProgram();
        program.loadFields();
        for (DeviceRule rule : rules) {
            List<Instruction> conditions = conditions(rule);
            program.block(conditions, rule.allow());
            if (conditions.isEmpty()) {
                // The verifier refuses instructions that nothing reaches.
                return program.bytes();
            }
        }
        program.decide(false);
        return program.bytes();
    }

    /** struct bpf_cgroup_dev_ctx: access and type in one word, major, minor. */
    private void loadFields() {
        program.add(new Instruction(LOAD_WORD, TYPE, CONTEXT, 0, 0));
        program.add(new Instruction(AND, TYPE, 0, 0, TYPE_BITS));
        program.add(new Instruction(LOAD_WORD, ACCESS, CONTEXT, 0, 0));
        program.add(new Instruction(SHIFT_RIGHT, ACCESS, 0, 0, ACCESS_SHIFT));
        program.add(new Instruction(LOAD_WORD, MAJOR, CONTEXT, 4, 0));
        program.add(new Instruction(LOAD_WORD, MINOR, CONTEXT, 8, 0));
    }

    private static List<Instruction> conditions(DeviceRule rule) {
        List<Instruction> conditions = new ArrayList<>();
        if (rule.type() != DeviceRule.Type.ALL) {
            int type = rule.type() == DeviceRule.Type.BLOCK ? BLOCK_DEVICE : CHARACTER_DEVICE;
            conditions.add(new Instruction(JUMP_NOT_EQUAL, TYPE, 0, 0, type));
        }
        if (!rule.access().isAll()) {
            conditions.add(new Instruction(MOVE_REGISTER, SCRATCH, ACCESS, 0, 0));
            conditions.add(new Instruction(AND, SCRATCH, 0, 0, rule.access().bits()));
            conditions.add(new Instruction(JUMP_NOT_EQUAL_REGISTER, SCRATCH, ACCESS, 0, 0));
        }
        if (rule.major() != DeviceRule.ANY) {
            conditions.add(new Instruction(JUMP_NOT_EQUAL, MAJOR, 0, 0, rule.major()));
        }
        if (rule.minor() != DeviceRule.ANY) {
            conditions.add(new Instruction(JUMP_NOT_EQUAL, MINOR, 0, 0, rule.minor()));
        }
        return conditions;
    }

    /** Conditions that jump over what is left of the block, and the decision. */
    private void block(List<Instruction> conditions, boolean allow) {
        int left = conditions.size() + 2;
        for (Instruction instruction : conditions) {
            left--;
            program.add(instruction.jumps() ? instruction.withOffset(left) : instruction);
        }
        decide(allow);
    }

    private void decide(boolean allow) {
        program.add(new Instruction(MOVE, RESULT, 0, 0, allow ? 1 : 0));
        program.add(new Instruction(EXIT, 0, 0, 0, 0));
    }

    private byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction instruction : program) {
            bytes.put((byte) instruction.code())
                    .put((byte) (instruction.source() << 4 | instruction.target()))
                    .putShort((short) instruction.offset())
                    .putInt(instruction.constant());
        }
        return bytes.array();
    }
}
