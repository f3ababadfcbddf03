package dev.berth.cri.streaming.flow;

import dev.berth.runtime.kernel.Kernel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection as threads see it. Senders wait while much is unsent; no more is read from the client while much of what it
 * has sent waits for a descriptor. Thread-safe.
 */
public final class ClientChannel {
    private static final int PAUSE_AT = 256 << 10;
    private static final int RESUME_AT = 64 << 10;
    private static final int MOST_REPLIES = 1024;
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final Channel channel;
    private final boolean tunnelled;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger replies = new AtomicInteger();
    private boolean gone;
    private long unwritten;
    private volatile long lastByte = System.nanoTime();

    public ClientChannel(Channel channel) {
        this(channel, false);
    }

    private ClientChannel(Channel channel, boolean tunnelled) {
        this.channel = channel;
        this.tunnelled = tunnelled;
    }

    /** A connection whose messages travel inside of those of another protocol. */
    public static ClientChannel tunnelled(Channel channel) {
        return new ClientChannel(channel, true);
    }

    /**
     * Sends a message of the codec in use, after waiting until the client has taken most of what was sent before. The message is
     * released in any case.
     */
    public void send(Object message) throws InterruptedException, ClientGone {
        awaitRoom(message);
        var _ = channel.writeAndFlush(message);
    }

    /** Waits until the client has taken most of what was sent before; releases the message when it cannot be sent. */
    private void awaitRoom(Object message) throws InterruptedException, ClientGone {
        boolean sent = false;
        lock.lockInterruptibly();
        try {
            while (!gone && !channel.isWritable()) {
                changed.await();
            }
            if (gone) {
                throw new ClientGone();
            }
            lastByte = System.nanoTime();
            sent = true;
        } finally {
            lock.unlock();
            if (!sent) {
                ReferenceCountUtil.release(message);
            }
        }
    }

    /** Whether what is written is what goes over the wire: {@link #splice} cannot pass through TLS or a tunnel. */
    public boolean splices() {
        return !tunnelled
                && channel instanceof UnixChannel
                && channel.pipeline().get(SslHandler.class) == null;
    }

    /**
     * Sends a header and, behind it, bytes of a pipe that holds them, past the codecs; waits until the kernel has moved them. The
     * header is released in any case.
     */
    public void splice(ByteBuf header, Kernel kernel, int pipe, int count) throws InterruptedException, ClientGone {
        awaitRoom(header);
        PipeRegion region =
                new PipeRegion(kernel, pipe, ((UnixChannel) channel).fd().intValue(), count);
        ChannelPromise sent = channel.newPromise();
        onLoop(() -> writeRaw(header, region, sent));
        try {
            sent.await();
        } catch (InterruptedException stopped) {
            region.forget();
            // Half a message may be out.
            close();
            throw stopped;
        }
        if (!sent.isSuccess()) {
            close();
            throw new ClientGone();
        }
        lastByte = System.nanoTime();
    }

    private void writeRaw(ByteBuf header, PipeRegion region, ChannelPromise sent) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first == null) {
            header.release();
            sent.setFailure(new ClosedChannelException());
            return;
        }
        var _ = first.write(header);
        var _ = first.writeAndFlush(region, sent);
    }

    /** Room for a message, from the connection's pool; whoever gets it sends or releases it. */
    public ByteBuf room(int size) {
        return channel.alloc().directBuffer(size, size);
    }

    /** Sends without waiting: for short answers. A client that asks for many and reads none is disconnected. */
    public void reply(Object message) {
        if (replies.incrementAndGet() > MOST_REPLIES) {
            ReferenceCountUtil.release(message);
            close();
            return;
        }
        var _ = channel.writeAndFlush(message).addListener((ChannelFutureListener) _ -> replies.decrementAndGet());
    }

    /** Runs something on the connection's event loop. */
    public void onLoop(Runnable task) {
        channel.eventLoop().execute(task);
    }

    /** Runs something on the event loop later. */
    public void later(Duration delay, Runnable task) {
        var _ = channel.eventLoop().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** To be called when the channel says that its writability has changed. */
    public void writabilityChanged() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** To be called when the channel is inactive: everybody who sends or will send is told. */
    public void gone() {
        lock.lock();
        try {
            gone = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** So many bytes of the client wait for a descriptor. */
    void queued(int bytes) {
        lastByte = System.nanoTime();
        account(bytes);
    }

    /** So many of them wait no longer. */
    void consumed(long bytes) {
        account(-bytes);
    }

    private void account(long bytes) {
        lock.lock();
        try {
            unwritten += bytes;
            if (unwritten >= PAUSE_AT && channel.config().isAutoRead()) {
                channel.config().setAutoRead(false);
            } else if (unwritten <= RESUME_AT && !channel.config().isAutoRead()) {
                channel.config().setAutoRead(true);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the connection once no byte of a stream has passed for so long. */
    public void closeWhenIdle(Duration idle) {
        long left = idle.toNanos() - (System.nanoTime() - lastByte);
        if (left <= 0) {
            close();
        } else if (channel.isActive()) {
            later(Duration.ofNanos(left).plusMillis(1), () -> closeWhenIdle(idle));
        }
    }

    /**
     * Says goodbye: sends a last message if there is one and, when the client's side has taken everything, ends the sending side and
     * leaves the client 5 s to close. Ending it earlier would drop what is unsent, and closing at once could take back what the
     * client has not read.
     */
    public void finish(@Nullable Object last) {
        onLoop(() -> {
            if (last != null) {
                var _ = channel.write(last);
            }
            channel.flush();
            channel.config().setAutoRead(true);
            var _ = sent().addListener(_ -> {
                if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                    var _ = duplex.shutdownOutput();
                }
                later(FAREWELL, this::close);
            });
        });
    }

    /** Completes when everything before it is with the kernel; TLS says its own goodbye with it. */
    private ChannelFuture sent() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            return tls.closeOutbound();
        }
        // From the first handler on, past the codecs, which take only their own messages.
        ChannelHandlerContext first = channel.pipeline().firstContext();
        return first == null ? channel.newSucceededFuture() : first.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    public void close() {
        var _ = channel.close();
    }
}
