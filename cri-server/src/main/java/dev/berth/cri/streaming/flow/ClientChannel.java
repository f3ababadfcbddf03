package dev.berth.cri.streaming.flow;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger replies = new AtomicInteger();
    private boolean gone;
    private long unwritten;
    private volatile long lastByte = System.nanoTime();

    public ClientChannel(Channel channel) {
        this.channel = channel;
    }

    /**
     * Sends a message of the codec in use, after waiting until the client has taken most of what was sent before. The message is
     * released in any case.
     */
    public void send(Object message) throws InterruptedException, ClientGone {
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
        var _ = channel.writeAndFlush(message);
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
