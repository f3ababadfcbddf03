package dev.berth.cri.streaming.websocket;

import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.ClientGone;
import dev.berth.cri.streaming.flow.Outlet;
import dev.berth.cri.streaming.remotecommand.Command;
import dev.berth.cri.streaming.remotecommand.CommandSession;
import dev.berth.cri.streaming.remotecommand.Protocol;
import dev.berth.runtime.kernel.Kernel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.jspecify.annotations.Nullable;

/** Exec or attach over WebSocket: the first byte of each binary message names the direction. */
public final class WebSocketCommand extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    /** The message's second byte names the channel on which nothing follows. */
    private static final int CLOSE = 255;

    private final ClientChannel client;
    private final Command command;
    private final Protocol protocol;
    private final CommandSession session;

    public WebSocketCommand(Kernel kernel, ClientChannel client, Command command, Protocol protocol) {
        this.client = client;
        this.command = command;
        this.protocol = protocol;
        this.session = new CommandSession(kernel, client, command, protocol);
    }

    /** Begins; to be called once the handshake is on its way. An empty message tells the client that it is. */
    public void start() {
        Outlet stdout = command.stdout() ? new ChannelOutlet(client, STDOUT) : Outlet.DISCARD;
        Outlet stderr = command.stderr() ? new ChannelOutlet(client, STDERR) : Outlet.DISCARD;
        int lowest = command.stdout() ? STDOUT : command.stderr() ? STDERR : ERROR;
        client.reply(message(client, lowest, new byte[0], 0));
        session.start(new CommandSession.Outlets(
                stdout,
                stderr,
                new ChannelOutlet(client, ERROR),
                () -> client.finish(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))));
    }

    private record ChannelOutlet(ClientChannel client, int number) implements Outlet {
        private static final int FINAL = 0x80;
        private static final int BINARY = 2;
        private static final int LENGTH_IN_2_BYTES = 126;
        private static final int LENGTH_IN_8_BYTES = 127;
        private static final int MOST_IN_2_BYTES = 0xffff;

        @Override
        public void send(byte[] bytes, int length) throws InterruptedException, ClientGone {
            client.send(message(client, number, bytes, length));
        }

        @Override
        public @Nullable Splice splice(Kernel kernel) {
            return client.splices() ? (pipe, count) -> client.splice(header(count), kernel, pipe, count) : null;
        }

        /** RFC 6455 §5.2: one final binary frame, not masked, its length as short as it goes; then the channel as its first byte. */
        private ByteBuf header(int count) {
            ByteBuf header = client.room(2 + Long.BYTES + 1).writeByte(FINAL | BINARY);
            int length = 1 + count;
            if (length < LENGTH_IN_2_BYTES) {
                header.writeByte(length);
            } else if (length <= MOST_IN_2_BYTES) {
                header.writeByte(LENGTH_IN_2_BYTES).writeShort(length);
            } else {
                header.writeByte(LENGTH_IN_8_BYTES).writeLong(length);
            }
            return header.writeByte(number);
        }

        /** The protocols have no way to say it; the close of the connection does. */
        @Override
        public void end() {}
    }

    private static BinaryWebSocketFrame message(ClientChannel client, int channel, byte[] bytes, int length) {
        return new BinaryWebSocketFrame(
                client.room(1 + length).writeByte(channel).writeBytes(bytes, 0, length));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case BinaryWebSocketFrame binary -> receive(context, binary.content());
            case PingWebSocketFrame ping ->
                client.reply(new PongWebSocketFrame(ping.content().retain()));
            case PongWebSocketFrame _ -> {
                // Nothing was asked.
            }
            case CloseWebSocketFrame close -> {
                var _ = context.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
            }
            default -> refuse(context);
        }
    }

    private void receive(ChannelHandlerContext context, ByteBuf message) {
        if (!message.isReadable()) {
            return;
        }
        int channel = message.readUnsignedByte();
        if (channel == STDIN && command.stdin()) {
            session.stdin().received(ByteBufUtil.getBytes(message));
        } else if (channel == RESIZE && command.tty()) {
            session.resizes().received(ByteBufUtil.getBytes(message));
        } else if (channel == CLOSE && protocol.closesChannels() && message.readableBytes() == 1) {
            if (message.readUnsignedByte() == STDIN) {
                session.stdin().ended();
            }
        } else if (channel > RESIZE) {
            refuse(context);
        }
    }

    private static void refuse(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.PROTOCOL_ERROR))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        client.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        client.gone();
        session.clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
