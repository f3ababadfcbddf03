package dev.berth.runtime.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The fields of one operation; those not set are 0, registers none. */
final class Fields {
    private int flags;
    private int a = -1;
    private int b = -1;
    private int s1;
    private int s2;
    private int n;
    private long x;
    private long y;
    private long z;

    Fields flags(int value) {
        flags = value;
        return this;
    }

    Fields a(Register register) {
        a = register.index();
        return this;
    }

    Fields b(Register register) {
        b = register.index();
        return this;
    }

    Fields s1(int value) {
        s1 = value;
        return this;
    }

    Fields s2(int value) {
        s2 = value;
        return this;
    }

    Fields n(int value) {
        n = value;
        return this;
    }

    Fields x(long value) {
        x = value;
        return this;
    }

    Fields y(long value) {
        y = value;
        return this;
    }

    Fields z(long value) {
        z = value;
        return this;
    }

    byte[] encode(Op op) {
        ByteBuffer out = ByteBuffer.allocate(PlanBuilder.OP).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) op.number()).putShort((short) flags);
        out.putInt(a).putInt(b).putInt(s1).putInt(s2).putInt(n);
        return out.putLong(x).putLong(y).putLong(z).array();
    }
}
