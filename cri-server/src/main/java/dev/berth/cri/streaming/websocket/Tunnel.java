package dev.berth.cri.streaming.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/** Carries the bytes of another protocol in binary messages; where one message ends and the next begins means nothing. */
public final class Tunnel extends ChannelDuplexHandler {
    /** The protocol's name on the wire: port-forward's SPDY inside WebSocket. */
    public static final String PROTOCOL = "SPDY/3.1+portforward.k8s.io";

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case BinaryWebSocketFrame binary -> context.fireChannelRead(binary.content());
            case ContinuationWebSocketFrame more -> context.fireChannelRead(more.content());
            case PingWebSocketFrame ping
            when context.channel().isWritable() -> {
                var _ = context.writeAndFlush(new PongWebSocketFrame(ping.content()));
            }
            case CloseWebSocketFrame close -> {
                var _ = context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
            }
            case PongWebSocketFrame pong -> ReferenceCountUtil.release(pong);
            case PingWebSocketFrame ping -> ReferenceCountUtil.release(ping);
            default -> {
                ReferenceCountUtil.release(message);
                var _ = context.close();
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        var _ = context.write(message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
    }
}
