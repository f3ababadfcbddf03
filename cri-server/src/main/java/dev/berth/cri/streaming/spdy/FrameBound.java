package dev.berth.cri.streaming.spdy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes the connection at a control frame longer than any that a client has reason to send. The codec would bound what it keeps of
 * such a frame, and would still inflate all of it. Data frames are not held as a whole, so they need no bound.
 */
final class FrameBound extends ChannelInboundHandlerAdapter {
    static final int MOST_CONTROL_BYTES = 16 << 10;
    private static final int HEADER = 8;

    private final byte[] header = new byte[HEADER];
    private int have;
    private int rest;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes && !follow(bytes)) {
            ReferenceCountUtil.release(message);
            var _ = context.close();
            return;
        }
        var _ = context.fireChannelRead(message);
    }

    private boolean follow(ByteBuf bytes) {
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            if (rest > 0) {
                int step = Math.min(rest, bytes.writerIndex() - at);
                rest -= step;
                at += step;
            } else {
                header[have++] = bytes.getByte(at++);
                if (have == HEADER) {
                    have = 0;
                    rest = (header[5] & 0xff) << 16 | (header[6] & 0xff) << 8 | (header[7] & 0xff);
                    if (header[0] < 0 && rest > MOST_CONTROL_BYTES) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
