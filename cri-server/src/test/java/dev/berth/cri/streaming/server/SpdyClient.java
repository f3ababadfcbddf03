package dev.berth.cri.streaming.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Speaks SPDY over a plain socket. */
final class SpdyClient implements AutoCloseable {
    final Socket socket;
    final String answer;
    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));

    SpdyClient(String url, String... headers) throws IOException {
        this(new Socket(), url, headers);
    }

    /** Connects by this socket. */
    SpdyClient(Socket unconnected, String url, String... headers) throws IOException {
        URI uri = URI.create(url);
        socket = unconnected;
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort()));
        socket.setSoTimeout(20_000);
        StringBuilder request = new StringBuilder("POST " + uri.getPath() + " HTTP/1.1\r\nHost: node\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        int one = socket.getInputStream().read();
        while (one >= 0) {
            head.append((char) one);
            if (head.indexOf("\r\n\r\n") >= 0) {
                break;
            }
            one = socket.getInputStream().read();
        }
        answer = head.toString();
    }

    static SpdyClient upgraded(String url, String protocol) throws IOException {
        return new SpdyClient(
                url, "Connection: Upgrade", "Upgrade: SPDY/3.1", "X-Stream-Protocol-Version: " + protocol);
    }

    /** A client for which the kernel keeps only a few kilobytes. */
    static SpdyClient slow(String url, String protocol) throws IOException {
        Socket small = new Socket();
        small.setReceiveBufferSize(4 << 10);
        return new SpdyClient(
                small, url, "Connection: Upgrade", "Upgrade: SPDY/3.1", "X-Stream-Protocol-Version: " + protocol);
    }

    void open(int id, String... headers) throws IOException {
        DefaultSpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        for (int i = 0; i < headers.length; i += 2) {
            frame.headers().add(headers[i], headers[i + 1]);
        }
        send(frame);
    }

    void data(int id, byte[] bytes, boolean last) throws IOException {
        DefaultSpdyDataFrame frame = new DefaultSpdyDataFrame(id, Unpooled.wrappedBuffer(bytes));
        frame.setLast(last);
        send(frame);
    }

    void send(SpdyFrame frame) throws IOException {
        codec.writeOutbound(frame);
        for (ByteBuf out = codec.readOutbound(); out != null; out = codec.readOutbound()) {
            out.readBytes(socket.getOutputStream(), out.readableBytes());
            out.release();
        }
    }

    /** Every frame until the server ends. */
    List<SpdyFrame> rest() throws IOException {
        byte[] buffer = new byte[64 << 10];
        List<SpdyFrame> frames = new ArrayList<>();
        for (int got = read(buffer); got >= 0; got = read(buffer)) {
            decode(buffer, got, frames);
        }
        return frames;
    }

    /** Every frame until the server ends, with a pause after so many bytes. */
    List<SpdyFrame> restSlowly(int bytes, long pauseMillis) throws IOException, InterruptedException {
        byte[] buffer = new byte[bytes];
        List<SpdyFrame> frames = new ArrayList<>();
        for (int got = read(buffer); got >= 0; got = read(buffer)) {
            decode(buffer, got, frames);
            Thread.sleep(pauseMillis);
        }
        return frames;
    }

    private void decode(byte[] buffer, int length, List<SpdyFrame> frames) {
        codec.writeInbound(Unpooled.copiedBuffer(buffer, 0, length));
        for (SpdyFrame frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
            frames.add(frame);
        }
    }

    private int read(byte[] buffer) throws IOException {
        try {
            return socket.getInputStream().read(buffer);
        } catch (SocketTimeoutException _) {
            return -1;
        }
    }

    /** Every frame until the server is quiet for so many milliseconds. */
    List<SpdyFrame> until(int quietMillis) throws IOException {
        socket.setSoTimeout(quietMillis);
        return rest();
    }

    static String text(List<SpdyFrame> frames, int id) {
        StringBuilder text = new StringBuilder();
        for (SpdyFrame frame : frames) {
            if (frame instanceof SpdyDataFrame data && data.streamId() == id) {
                text.append(data.content().toString(StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
