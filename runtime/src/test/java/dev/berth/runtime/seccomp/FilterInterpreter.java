package dev.berth.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter as the kernel does, and refuses what the kernel would refuse to load. */
final class FilterInterpreter {
    private final ByteBuffer program;
    private final int length;

    FilterInterpreter(byte[] instructions) {
        this.program = ByteBuffer.wrap(instructions).order(ByteOrder.LITTLE_ENDIAN);
        this.length = instructions.length / 8;
        if (instructions.length % 8 != 0 || length == 0 || length > 4096) {
            throw new AssertionError("a filter of %d bytes does not load".formatted(instructions.length));
        }
    }

    int length() {
        return length;
    }

    /** The SECCOMP_RET_ value for a call. */
    int verdict(int architecture, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        return run(data);
    }

    private int run(ByteBuffer data) {
        int accumulator = 0;
        int at = 0;
        while (at < length) {
            int code = program.getShort(8 * at);
            int constant = program.getInt(8 * at + 4);
            at++;
            switch (code) {
                case 0x20 -> accumulator = data.getInt(constant);
                case 0x54 -> accumulator &= constant;
                case 0x05 -> at += constant;
                case 0x15 -> at += skip(at - 1, accumulator == constant);
                case 0x25 -> at += skip(at - 1, Integer.compareUnsigned(accumulator, constant) > 0);
                case 0x35 -> at += skip(at - 1, Integer.compareUnsigned(accumulator, constant) >= 0);
                case 0x45 -> at += skip(at - 1, (accumulator & constant) != 0);
                case 0x06 -> {
                    return constant;
                }
                default -> throw new AssertionError("no seccomp instruction: 0x%x".formatted(code));
            }
        }
        throw new AssertionError("the filter ran past its end");
    }

    private int skip(int at, boolean holds) {
        return program.get(8 * at + (holds ? 2 : 3)) & 0xFF;
    }
}
