package dev.berth.cri.streaming.server;

import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.token.Grant;
import dev.berth.cri.streaming.token.Tokens;
import dev.berth.runtime.kernel.Kernel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where the clients of exec, attach and port-forward connect. Plain HTTP unless a certificate is given: the kubelet proxies to it on
 * the node itself, and nobody gets in without a token that went over the CRI socket.
 */
public final class StreamServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 1000;
    private static final int MOST_LINE_BYTES = 4096;
    private static final int MOST_HEADER_BYTES = 16 << 10;
    private static final int MOST_CHUNK_BYTES = 8192;
    private static final int MOST_BODY_BYTES = 1024;
    private static final Duration LAST_MOMENT = Duration.ofSeconds(2);

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Tokens tokens = new Tokens(System::nanoTime);
    private final Channel listener;
    private final Optional<ServerTls> tls;

    /**
     * How it listens.
     *
     * @param address port 0 takes a free one
     * @param idle a session without a byte for this long is closed
     */
    public record Listening(InetSocketAddress address, Duration idle, Optional<ServerTls> tls) {}

    private StreamServer(StreamTargets targets, Kernel kernel, Listening listening) throws IOException {
        InetSocketAddress address = listening.address();
        tls = listening.tls();
        Sessions sessions = new Sessions(targets, kernel, listening.idle());
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        connect(client, sessions);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stopLoop();
            throw new IOException("The streaming server cannot listen on %s.".formatted(address), bound.cause());
        }
        listener = bound.channel();
    }

    /** @throws IOException when the address cannot be listened on */
    public static StreamServer start(StreamTargets targets, Kernel kernel, Listening listening) throws IOException {
        return new StreamServer(targets, kernel, listening);
    }

    private void connect(Channel client, Sessions sessions) {
        if (clients.size() >= MOST_CONNECTIONS) {
            var _ = client.close();
            return;
        }
        clients.add(client);
        tls.ifPresent(present -> client.pipeline().addLast(present.handler(client)));
        var _ = client.pipeline()
                .addLast(
                        new HttpServerCodec(MOST_LINE_BYTES, MOST_HEADER_BYTES, MOST_CHUNK_BYTES),
                        new HttpObjectAggregator(MOST_BODY_BYTES),
                        new Entrance(tokens, sessions));
    }

    /**
     * The URL at which what is granted can be done once, within {@link Tokens#LIFE}.
     *
     * @throws dev.berth.cri.failure.CriFailure when too many such URLs wait for their use
     */
    String offer(Grant grant) {
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        InetAddress host = address.getAddress();
        String shown = host.isAnyLocalAddress() ? "127.0.0.1" : host.getHostAddress();
        return "%s://%s:%d/%s/%s"
                .formatted(
                        tls.isPresent() ? "https" : "http",
                        shown.contains(":") ? "[" + shown + "]" : shown,
                        address.getPort(),
                        grant.verb(),
                        tokens.issue(grant));
    }

    /** Connected clients now. */
    public int clients() {
        return clients.size();
    }

    /** URLs that were given out and not used yet. */
    public int offers() {
        return tokens.count();
    }

    /** Stops listening and disconnects every client. */
    @Override
    public void close() {
        var _ = listener.close().awaitUninterruptibly();
        var _ = clients.close().awaitUninterruptibly();
        stopLoop();
    }

    private void stopLoop() {
        var _ = loop.shutdownGracefully(0, LAST_MOMENT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }
}
