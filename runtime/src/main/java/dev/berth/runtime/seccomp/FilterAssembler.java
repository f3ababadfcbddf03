package dev.berth.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts classic BPF together from its end to its beginning: an instruction can only go on to what is already there, so every distance is
 * known when it is written, and equal endings are written once. A label is the number of instructions from it to the end.
 */
final class FilterAssembler {
    /** BPF_MAXINSNS: the longest filter that the kernel loads. */
    static final int MAX_INSTRUCTIONS = 4096;

    private static final int BYTES = 8;
    private static final int LOAD = 0x20;
    private static final int RETURN = 0x06;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;

    /** The farthest that a conditional jump reaches, less the two instructions that may still come between. */
    private static final int REACH = 255 - 2;

    /** What a conditional jump asks of the loaded word and its constant; comparisons are unsigned. */
    enum Test {
        EQUAL(0x15),
        GREATER(0x25),
        GREATER_OR_EQUAL(0x35);

        private final int code;

        Test(int code) {
            this.code = code;
        }
    }

    private record Instruction(int code, int whenTrue, int whenFalse, int constant) {}

    private final List<Instruction> backwards = new ArrayList<>();
    private final Map<Integer, Integer> returns = new HashMap<>();

    /** The last jump that was written to each far label. */
    private final Map<Integer, Integer> jumps = new HashMap<>();

    /** Ends the filter with a verdict. */
    int answer(Action action) {
        return returns.computeIfAbsent(action.verdict(), verdict -> add(new Instruction(RETURN, 0, 0, verdict)));
    }

    /** Loads the word at an offset of seccomp_data and goes on. */
    int load(int offset, int next) {
        follow(next);
        return add(new Instruction(LOAD, 0, 0, offset));
    }

    /** Keeps the bits of a mask of the loaded word and goes on. */
    int and(int mask, int next) {
        follow(next);
        return add(new Instruction(AND, 0, 0, mask));
    }

    /** Compares the loaded word and goes one of two ways. */
    int branch(Test test, int constant, int whenTrue, int whenFalse) {
        if (whenTrue == whenFalse) {
            return whenTrue;
        }
        int near = reachable(whenTrue);
        int other = reachable(whenFalse);
        return add(new Instruction(test.code, distance(near), distance(other), constant));
    }

    /** The filter, as an array of struct sock_filter, when the label that is written last is where it begins. */
    byte[] assemble(int start) {
        follow(start);
        ByteBuffer bytes = ByteBuffer.allocate(backwards.size() * BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction instruction : backwards.reversed()) {
            bytes.putShort((short) instruction.code())
                    .put((byte) instruction.whenTrue())
                    .put((byte) instruction.whenFalse())
                    .putInt(instruction.constant());
        }
        return bytes.array();
    }

    /** Makes sure that what is written next falls through to a label. */
    private void follow(int label) {
        if (label != backwards.size()) {
            jump(label);
        }
    }

    /** The label itself, or a jump to it that is near enough. */
    private int reachable(int label) {
        int near = jumps.getOrDefault(label, label);
        if (distance(near) > REACH) {
            near = jump(label);
            jumps.put(label, near);
        }
        return near;
    }

    private int jump(int label) {
        return add(new Instruction(JUMP, 0, 0, distance(label)));
    }

    private int distance(int label) {
        return backwards.size() - label;
    }

    private int add(Instruction instruction) {
        if (backwards.size() == MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException("seccomp profile needs more than %d instructions; use fewer conditions"
                    .formatted(MAX_INSTRUCTIONS));
        }
        backwards.add(instruction);
        return backwards.size();
    }
}
