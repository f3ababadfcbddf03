package dev.berth.runtime.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** struct linux_dirent64 entries, one behind another. */
final class Dirents {
    private static final int LENGTH_AT = 16;
    private static final int NAME_AT = 19;

    private Dirents() {}

    static void names(byte[] entries, List<String> into) {
        ByteBuffer buffer = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
        int at = 0;
        while (at < entries.length) {
            int next = at + Short.toUnsignedInt(buffer.getShort(at + LENGTH_AT));
            int end = at + NAME_AT;
            while (end < next && entries[end] != 0) {
                end++;
            }
            String name = OsString.decode(Arrays.copyOfRange(entries, at + NAME_AT, end));
            if (!name.equals(".") && !name.equals("..")) {
                into.add(name);
            }
            at = next;
        }
    }
}
