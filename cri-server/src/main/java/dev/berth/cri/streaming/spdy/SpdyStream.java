package dev.berth.cri.streaming.spdy;

import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.ClientGone;
import dev.berth.cri.streaming.flow.Outlet;
import dev.berth.cri.streaming.flow.Receiver;
import dev.berth.runtime.kernel.Kernel;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stream that the client opened. Sending is thread-safe; the rest belongs to the event loop. */
public final class SpdyStream implements Outlet {
    private final int id;
    private final ClientChannel client;
    private final Consumer<SpdyStream> closed;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean reset;
    private Receiver receiver = Receiver.DISCARD;
    private boolean clientEnded;
    private boolean weEnded;

    SpdyStream(int id, ClientChannel client, Consumer<SpdyStream> closed) {
        this.id = id;
        this.client = client;
        this.closed = closed;
    }

    int id() {
        return id;
    }

    @Override
    public void send(byte[] bytes, int length) throws InterruptedException, ClientGone {
        requireOpen();
        client.send(new DefaultSpdyDataFrame(id, client.room(length).writeBytes(bytes, 0, length)));
    }

    @Override
    public @Nullable Splice splice(Kernel kernel) {
        if (!client.splices()) {
            return null;
        }
        return (pipe, count) -> {
            requireOpen();
            client.splice(dataHeader(count), kernel, pipe, count);
        };
    }

    private void requireOpen() throws ClientGone {
        if (reset || ended.get()) {
            throw new ClientGone();
        }
    }

    /** SPDY/3.1 §2.2.2: the stream, no flags, the length. */
    private ByteBuf dataHeader(int count) {
        return client.room(2 * Integer.BYTES).writeInt(id).writeInt(count);
    }

    @Override
    public void end() {
        if (reset || !ended.compareAndSet(false, true)) {
            return;
        }
        DefaultSpdyDataFrame last = new DefaultSpdyDataFrame(id);
        last.setLast(true);
        client.reply(last);
        client.onLoop(() -> {
            weEnded = true;
            report();
        });
    }

    void receiver(Receiver taken) {
        receiver = taken;
    }

    /** False when the client had said that nothing follows. */
    boolean received(byte[] bytes) {
        if (clientEnded) {
            return false;
        }
        receiver.received(bytes);
        return true;
    }

    void clientEnded() {
        if (!clientEnded) {
            clientEnded = true;
            receiver.ended();
            report();
        }
    }

    void reset() {
        reset = true;
        clientEnded();
    }

    private void report() {
        if (weEnded && clientEnded) {
            closed.accept(this);
        }
    }
}
