package dev.berth.cri.streaming.spdy;

import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.Receiver;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.spdy.DefaultSpdyGoAwayFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyHeadersFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySessionStatus;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The server's side of one SPDY connection. It neither sends nor heeds WINDOW_UPDATE: the peer, Kubernetes' spdystream, does
 * neither, and a window of ours would never open again. TCP alone slows the faster side down.
 */
public final class SpdyConnection extends SimpleChannelInboundHandler<SpdyFrame> {
    /** How many streams may be open at a time; more are refused. */
    public static final int MOST_STREAMS = 512;

    private static final int MOST_DATA_BYTES = 32 << 10;
    private static final int MOST_HEADER_BYTES = 16 << 10;
    private static final int COMPRESSION = 6;
    private static final int WINDOW_BITS = 15;
    private static final int MEMORY_LEVEL = 8;

    private final ClientChannel client;
    private final StreamTaker taker;
    private final Map<Integer, SpdyStream> streams = new HashMap<>();
    private int lastId;

    private SpdyConnection(ClientChannel client, StreamTaker taker) {
        this.client = client;
        this.taker = taker;
    }

    /** Puts SPDY at the end of a pipeline. To be called on the event loop. */
    public static void install(ChannelPipeline pipeline, ClientChannel client, StreamTaker taker) {
        SpdyFrameCodec codec = new SpdyFrameCodec(
                SpdyVersion.SPDY_3_1, MOST_DATA_BYTES, MOST_HEADER_BYTES, COMPRESSION, WINDOW_BITS, MEMORY_LEVEL);
        var _ = pipeline.addLast(new FrameBound(), codec, new SpdyConnection(client, taker));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
        switch (frame) {
            case SpdySynStreamFrame opening -> open(context, opening);
            case SpdySynReplyFrame _ -> refuse(context); // We open no streams.
            case SpdyHeadersFrame headers -> {
                if (headers.isInvalid() || headers.isTruncated()) {
                    refuse(context);
                }
            }
            case SpdyDataFrame data -> receive(data);
            case SpdyRstStreamFrame reset -> reset(reset.streamId());
            case SpdyPingFrame ping -> {
                if (ping.id() % 2 != 0) {
                    client.reply(new DefaultSpdyPingFrame(ping.id()));
                }
            }
            default -> {
                // SETTINGS, GOAWAY, WINDOW_UPDATE: nothing follows from them.
            }
        }
    }

    private void open(ChannelHandlerContext context, SpdySynStreamFrame opening) {
        int id = opening.streamId();
        if (opening.isInvalid() || opening.isTruncated() || id % 2 == 0 || id <= lastId) {
            refuse(context);
            return;
        }
        lastId = id;
        if (streams.size() >= MOST_STREAMS) {
            client.reply(new DefaultSpdyRstStreamFrame(id, SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        SpdyStream stream = new SpdyStream(id, client, this::closed);
        Optional<Receiver> receiver = taker.accept(stream, opening.headers());
        if (receiver.isEmpty()) {
            client.reply(new DefaultSpdyRstStreamFrame(id, SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        stream.receiver(receiver.get());
        streams.put(id, stream);
        DefaultSpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(id);
        // The codec encodes an empty block as no block at all, which the peer waits for without end.
        reply.headers().set("accepted", "true");
        client.reply(reply);
        taker.accepted(stream);
        if (opening.isLast()) {
            stream.clientEnded();
        }
    }

    private void receive(SpdyDataFrame data) {
        SpdyStream stream = streams.get(data.streamId());
        if (stream == null) {
            return; // It was closed while this was on its way.
        }
        if (!stream.received(ByteBufUtil.getBytes(data.content()))) {
            client.reply(new DefaultSpdyRstStreamFrame(stream.id(), SpdyStreamStatus.STREAM_ALREADY_CLOSED));
            reset(stream.id());
            return;
        }
        if (data.isLast()) {
            stream.clientEnded();
        }
    }

    private void reset(int id) {
        SpdyStream stream = streams.remove(id);
        if (stream != null) {
            stream.reset();
            taker.reset(stream);
        }
    }

    private void closed(SpdyStream stream) {
        if (streams.remove(stream.id(), stream)) {
            taker.closed(stream);
        }
    }

    /** Says that the client broke the protocol, and closes. */
    private void refuse(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(new DefaultSpdyGoAwayFrame(lastId, SpdySessionStatus.PROTOCOL_ERROR))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        client.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        client.gone();
        taker.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(context);
    }
}
