package dev.berth.runtime.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** A block of native memory for the arguments of one system call, lent from a small pool. */
final class Scratch implements AutoCloseable {
    static final int SIZE = 96 * 1024;
    private static final int KEPT = 16;
    private static final Deque<Scratch> POOL = new ArrayDeque<>();

    private final Pointer memory;
    private int used;

    private Scratch(Pointer memory) {
        this.memory = memory;
    }

    static Scratch take(Runtime runtime) {
        synchronized (POOL) {
            Scratch free = POOL.poll();
            if (free != null) {
                return free;
            }
        }
        return new Scratch(Pointer.wrap(runtime, ByteBuffer.allocateDirect(SIZE).order(ByteOrder.nativeOrder())));
    }

    /** The address of {@code length} zeroed bytes, 8-byte aligned. */
    long room(int length) {
        int at = reserve(length);
        memory.setMemory(at, length, (byte) 0);
        return memory.address() + at;
    }

    /** As {@link #room}, for bytes that the kernel fills: whatever was there before is still there. */
    long buffer(int length) {
        return memory.address() + reserve(length);
    }

    /** The address of a NUL-terminated copy of a name. */
    long name(String name) {
        byte[] bytes = OsString.encode(name);
        for (byte b : bytes) {
            if (b == 0) {
                throw new IllegalArgumentException("a name with a NUL byte cannot be given to the kernel");
            }
        }
        int at = reserve(bytes.length + 1);
        memory.put(at, bytes, 0, bytes.length);
        memory.putByte(at + bytes.length, (byte) 0);
        return memory.address() + at;
    }

    long bytes(byte[] bytes, int offset, int length) {
        int at = reserve(length);
        memory.put(at, bytes, offset, length);
        return memory.address() + at;
    }

    void putInt(long address, int value) {
        memory.putInt(address - memory.address(), value);
    }

    void putLong(long address, long value) {
        memory.putLong(address - memory.address(), value);
    }

    int getInt(long address) {
        return memory.getInt(address - memory.address());
    }

    long getLong(long address) {
        return memory.getLong(address - memory.address());
    }

    void get(long address, byte[] into, int offset, int length) {
        memory.get(address - memory.address(), into, offset, length);
    }

    private int reserve(int length) {
        int at = used;
        if (length > SIZE - at) {
            throw new IllegalArgumentException("%d bytes do not fit into one system call".formatted(length));
        }
        used = (at + length + 7) & ~7;
        return at;
    }

    @Override
    public void close() {
        used = 0;
        synchronized (POOL) {
            if (POOL.size() < KEPT) {
                POOL.push(this);
            }
        }
    }
}
