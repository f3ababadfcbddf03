package dev.berth.runtime.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a device program as the kernel does, and refuses what its verifier would. */
final class DeviceInterpreter {
    private final ByteBuffer program;
    private final int length;

    DeviceInterpreter(byte[] instructions) {
        this.program = ByteBuffer.wrap(instructions).order(ByteOrder.LITTLE_ENDIAN);
        this.length = instructions.length / 8;
    }

    int length() {
        return length;
    }

    /** Whether a use is allowed; type and access are numbers of linux/bpf.h. */
    boolean allows(int type, int access, int major, int minor) {
        ByteBuffer context = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        context.putInt(access << 16 | type).putInt(major).putInt(minor);
        return run(context) != 0;
    }

    private long run(ByteBuffer context) {
        long[] registers = new long[11];
        int at = 0;
        while (at < length) {
            int code = program.get(8 * at) & 0xFF;
            int target = program.get(8 * at + 1) & 0xF;
            int source = program.get(8 * at + 1) >> 4 & 0xF;
            int offset = program.getShort(8 * at + 2);
            int constant = program.getInt(8 * at + 4);
            at++;
            switch (code) {
                case 0x61 -> registers[target] = context.getInt(offset) & 0xFFFF_FFFFL;
                case 0x54 -> registers[target] = registers[target] & constant & 0xFFFF_FFFFL;
                case 0x74 -> registers[target] = (registers[target] & 0xFFFF_FFFFL) >>> constant;
                case 0xb4 -> registers[target] = constant & 0xFFFF_FFFFL;
                case 0xbc -> registers[target] = registers[source] & 0xFFFF_FFFFL;
                case 0x55 -> at += registers[target] != constant ? offset : 0;
                case 0x5d -> at += registers[target] != registers[source] ? offset : 0;
                case 0x95 -> {
                    return registers[0];
                }
                default -> throw new AssertionError("no instruction that device programs use: 0x%x".formatted(code));
            }
        }
        throw new AssertionError("the program ran past its end");
    }
}
