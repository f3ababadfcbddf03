package dev.berth.tests.client;

import dev.berth.cri.v1.ImageServiceGrpc;
import dev.berth.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import dev.berth.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import dev.berth.cri.v1.VersionRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One long-lived connection to the CRI socket of a container runtime. */
public final class CriClient implements AutoCloseable {
    /** More than a kubelet takes, so that what is too much for one is seen as that. */
    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

    private final Path socket;
    /** grpc-netty asks every socket for SO_KEEPALIVE; Netty warns that unix sockets have none. Kept, or the level is lost. */
    private static final Logger BOOTSTRAP = Logger.getLogger("io.netty.bootstrap");

    static {
        BOOTSTRAP.setLevel(Level.SEVERE);
    }

    private final EventLoopGroup eventLoop;
    private final ManagedChannel channel;
    private final Duration timeout;

    private CriClient(Path socket, Duration timeout) {
        this.socket = socket;
        this.timeout = timeout;
        eventLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
                .eventLoopGroup(eventLoop)
                .channelType(EpollDomainSocketChannel.class)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .usePlaintext()
                .build();
    }

    /** A client of the socket at this path; every call fails after two minutes. */
    public static CriClient connect(Path socket) {
        return new CriClient(socket, Duration.ofMinutes(2));
    }

    /** As {@link #connect}, once the server there answers Version. */
    public static CriClient connectWhenReady(Path socket, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            if (Files.exists(socket)) {
                CriClient client = connect(socket);
                if (client.answers()) {
                    return client;
                }
                client.close();
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "No CRI server answered Version at %s within %s".formatted(socket, patience));
            }
            Thread.sleep(5);
        }
    }

    public Path socket() {
        return socket;
    }

    public RuntimeServiceBlockingStub runtime() {
        return RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    public ImageServiceBlockingStub images() {
        return ImageServiceGrpc.newBlockingStub(channel).withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether Version is answered now. */
    public boolean answers() {
        try {
            return !runtime()
                    .version(VersionRequest.getDefaultInstance())
                    .getRuntimeName()
                    .isEmpty();
        } catch (StatusRuntimeException _) {
            return false;
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        Future<?> _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
