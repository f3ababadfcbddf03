package dev.berth.runtime.shim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The types of packets and their header: magic, type, version, tag, payload length; little-endian. */
final class Packet {
    static final int MAGIC = 0x31485342;
    static final int VERSION = 1;
    static final int HEADER = 16;
    static final int ID = 72;
    static final int LARGEST = HEADER + 64 * 1024;

    static final int SPAWN = 1;
    static final int RUN = 2;
    static final int FDS = 3;
    static final int LAUNCH = 16;
    static final int SIGNAL = 17;
    static final int REOPEN_LOG = 18;
    static final int FORGET = 19;
    static final int STATE = 20;
    static final int SHUTDOWN = 21;
    static final int ATTACH = 23;
    static final int RESIZE = 24;
    static final int SOCKET = 25;
    static final int ADOPT = 26;
    static final int TERMINAL = 27;
    static final int DONE = 64;
    static final int SPAWNED = 65;
    static final int LAUNCHED = 66;
    static final int EXITED = 67;
    static final int STATES = 68;

    private Packet() {}

    static byte[] of(int type, int tag, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putShort((short) type).putShort((short) VERSION).putInt(tag);
        return out.putInt(payload.length).put(payload).array();
    }

    /** Numbers without an id. */
    static byte[] numbers(int... numbers) {
        ByteBuffer payload = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int number : numbers) {
            payload.putInt(number);
        }
        return payload.array();
    }

    /** An id field, followed by numbers. */
    static byte[] id(String id, int... numbers) {
        byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length >= ID) {
            throw new IllegalArgumentException("the id %s is longer than %d characters".formatted(id, ID - 1));
        }
        ByteBuffer payload = ByteBuffer.allocate(ID + 4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        payload.put(bytes).position(ID);
        for (int number : numbers) {
            payload.putInt(number);
        }
        return payload.array();
    }

    static String id(ByteBuffer payload) {
        byte[] field = new byte[ID];
        payload.get(field);
        int end = 0;
        while (end < ID && field[end] != 0) {
            end++;
        }
        return new String(field, 0, end, StandardCharsets.US_ASCII);
    }
}
