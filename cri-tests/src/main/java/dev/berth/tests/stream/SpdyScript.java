package dev.berth.tests.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The bytes that a client of one SPDY session sends, in order. */
public final class SpdyScript {
    /** The protocol of exec and attach, as an HTTP header says it. */
    public static final String COMMAND = "v4.channel.k8s.io";
    /** That of port-forward. */
    public static final String FORWARD = "portforward.k8s.io";

    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** The HTTP request that changes a connection to SPDY. */
    public static byte[] upgrade(URI url, String protocol) {
        return request(
                "POST " + url.getPath() + " HTTP/1.1",
                "Host: node",
                "Connection: Upgrade",
                "Upgrade: SPDY/3.1",
                "X-Stream-Protocol-Version: " + protocol);
    }

    /** A request without a body. */
    static byte[] request(String... lines) {
        return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The head of an HTTP response. */
    static String head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** Opens a stream; {@code headers} are names and values in turn. */
    public SpdyScript open(int id, String... headers) {
        DefaultSpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        for (int i = 0; i < headers.length; i += 2) {
            frame.headers().add(headers[i], headers[i + 1]);
        }
        return add(frame);
    }

    public SpdyScript data(int id, byte[] sent, boolean last) {
        DefaultSpdyDataFrame frame = new DefaultSpdyDataFrame(id, Unpooled.wrappedBuffer(sent));
        frame.setLast(last);
        return add(frame);
    }

    private SpdyScript add(SpdyFrame frame) {
        codec.writeOutbound(frame);
        for (ByteBuf out = codec.readOutbound(); out != null; out = codec.readOutbound()) {
            bytes.writeBytes(ByteBufUtil.getBytes(out));
            out.release();
        }
        return this;
    }

    /** What was added since the last call. */
    public byte[] take() {
        byte[] taken = bytes.toByteArray();
        bytes.reset();
        return taken;
    }
}
