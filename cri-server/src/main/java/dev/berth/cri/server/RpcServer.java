package dev.berth.cri.server;

import dev.berth.control.v1.ControlGrpc;
import dev.berth.cri.metrics.RpcMeter;
import dev.berth.cri.v1.ImageServiceGrpc;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Serves the CRI on a unix socket: one event loop moves bytes, each call has a virtual thread. */
public final class RpcServer {
    /** What kubelet and crictl allow in both directions. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final int MAX_CALLS_PER_CONNECTION = 1000;
    private static final Duration LAST_MOMENT = Duration.ofSeconds(2);

    private final SocketPath socket;
    private final Dispatch dispatch;
    private final EventLoopGroup loop;
    private final ExecutorService calls;
    private final Server server;

    private RpcServer(SocketPath socket, Dispatch dispatch, int ownUid) {
        this.socket = socket;
        this.dispatch = dispatch;
        this.loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        this.calls = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("call ", 0).factory());
        this.server = NettyServerBuilder.forAddress(
                        new DomainSocketAddress(socket.path().toFile()))
                .channelFactory(() -> listener(ownUid))
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .executor(calls)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(dispatch.service(RuntimeServiceGrpc.getServiceDescriptor()))
                .addService(dispatch.service(ImageServiceGrpc.getServiceDescriptor()))
                .addService(dispatch.service(ControlGrpc.getServiceDescriptor()))
                .build();
    }

    /**
     * Listens. A socket left by a dead process is replaced.
     *
     * @throws AlreadyServing when another process listens on the socket
     */
    public static RpcServer start(SocketPath socket, RpcTable table, RpcMeter meter) throws IOException {
        socket.claim();
        int ownUid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        RpcServer server = new RpcServer(socket, new Dispatch(table, meter), ownUid);
        try {
            server.server.start();
            socket.restrict();
            return server;
        } catch (IOException | RuntimeException failure) {
            server.release();
            throw failure;
        }
    }

    /**
     * Stops: takes no new calls, ends streams, lets unary calls finish until the deadline, then cancels what is left.
     *
     * @return whether every call finished by itself
     */
    public boolean stop(Duration deadline) throws InterruptedException {
        server.shutdown();
        dispatch.endStreams();
        boolean finished = server.awaitTermination(deadline.toMillis(), TimeUnit.MILLISECONDS);
        if (!finished) {
            server.shutdownNow();
            server.awaitTermination(LAST_MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        }
        release();
        return finished;
    }

    /** Waits until the server has stopped. */
    public void awaitStop() throws InterruptedException {
        server.awaitTermination();
    }

    private void release() {
        calls.shutdownNow();
        loop.shutdownGracefully(0, LAST_MOMENT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        try {
            Files.deleteIfExists(socket.path());
        } catch (IOException _) {
            // The next start replaces a socket that nobody listens on.
        }
    }

    private static EpollServerDomainSocketChannel listener(int ownUid) {
        EpollServerDomainSocketChannel channel = new EpollServerDomainSocketChannel();
        channel.pipeline().addFirst(new PeerCheck(ownUid));
        return channel;
    }
}
