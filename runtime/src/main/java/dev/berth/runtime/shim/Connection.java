package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.plan.Plan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** One packet socket: requests go out with a tag, replies come back to whoever waits for that tag, exits go to the listener. */
final class Connection {
    /** Told what was not asked for; called on the reactor's thread, so it must not block. */
    interface Listener {
        void exited(int tag, ProcessExit exit);

        void ended();
    }

    private static final int FDS_A_PACKET = 240;

    private final Kernel kernel;
    private final int socket;
    private final long token;
    private final Listener listener;
    private final AtomicInteger tags = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Reply>> waiting = new ConcurrentHashMap<>();
    private final Object sending = new Object();
    private volatile boolean open = true;

    Connection(Kernel kernel, int socket, long token, Listener listener) {
        this.kernel = kernel;
        this.socket = socket;
        this.token = token;
        this.listener = listener;
    }

    int socket() {
        return socket;
    }

    long token() {
        return token;
    }

    int nextTag() {
        return tags.incrementAndGet();
    }

    /** Asks without descriptors and waits for the answer. */
    Reply ask(int type, byte[] payload, Duration limit) throws InterruptedException {
        int tag = nextTag();
        return await(send(type, tag, payload, List.of()), tag, limit);
    }

    /** As {@link #ask}, for the one descriptor that comes with DONE; the caller closes it. */
    int askDescriptor(String call, int type, byte[] payload, Duration limit) throws InterruptedException {
        int tag = nextTag();
        Reply reply = awaitWhole(send(type, tag, payload, List.of()), tag, limit);
        int errno = reply.payload().getInt();
        if (errno != 0) {
            reply.fds().forEach(kernel::close);
            throw new KernelFailure(call, "in the shim", errno);
        }
        return onlyDescriptor(reply);
    }

    /** Closes what came with a reply that nobody wants. */
    void drop(Reply reply) {
        reply.fds().forEach(kernel::close);
    }

    int onlyDescriptor(Reply reply) {
        if (reply.fds().size() == 1) {
            return reply.fds().getFirst();
        }
        reply.fds().forEach(kernel::close);
        throw new ShimGone(
                "the shim sent %d descriptors where one was due"
                        .formatted(reply.fds().size()),
                null);
    }

    /** Sends a plan with its descriptors; the future is its answer. The plan is closed in any case; {@code beforePlan} go between it and its own. */
    CompletableFuture<Reply> send(int type, int tag, byte[] payload, Plan plan, int... beforePlan) {
        try (plan) {
            int memfd = plan.seal();
            try {
                List<Integer> fds = new ArrayList<>();
                fds.add(memfd);
                Arrays.stream(beforePlan).forEach(fds::add);
                fds.addAll(plan.fds());
                return send(type, tag, payload, fds);
            } finally {
                kernel.close(memfd);
            }
        }
    }

    private CompletableFuture<Reply> send(int type, int tag, byte[] payload, List<Integer> fds) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        waiting.put(tag, answer);
        try {
            synchronized (sending) {
                if (!open) {
                    waiting.remove(tag);
                    throw new ShimGone("the shim's connection has ended", null);
                }
                int from = 0;
                while (fds.size() - from > FDS_A_PACKET) {
                    write(Packet.FDS, tag, new byte[0], fds.subList(from, from + FDS_A_PACKET));
                    from += FDS_A_PACKET;
                }
                write(type, tag, payload, fds.subList(from, fds.size()));
            }
        } catch (KernelFailure failure) {
            waiting.remove(tag);
            throw new ShimGone("the shim does not take requests any more", failure);
        }
        return answer;
    }

    private void write(int type, int tag, byte[] payload, List<Integer> fds) {
        kernel.sendmsg(
                socket,
                Packet.of(type, tag, payload),
                fds.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The answer without descriptors: those that came with it are closed. */
    Reply await(CompletableFuture<Reply> answer, int tag, Duration limit) throws InterruptedException {
        Reply reply = awaitWhole(answer, tag, limit);
        reply.fds().forEach(kernel::close);
        return new Reply(reply.type(), reply.tag(), reply.payload(), List.of());
    }

    /** The answer; its descriptors are the caller's to close. */
    Reply awaitWhole(CompletableFuture<Reply> answer, int tag, Duration limit) throws InterruptedException {
        try {
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            giveUp(answer, tag);
            throw new ShimGone("the shim did not answer within " + limit, late);
        } catch (InterruptedException interrupted) {
            giveUp(answer, tag);
            throw interrupted;
        } catch (ExecutionException gone) {
            throw new ShimGone("the shim's connection ended before it answered", gone);
        }
    }

    /** Nobody waits any more: an answer that is there already, or still comes, is let go with its descriptors. */
    private void giveUp(CompletableFuture<Reply> answer, int tag) {
        waiting.remove(tag);
        if (!answer.cancel(false) && !answer.isCompletedExceptionally()) {
            answer.join().fds().forEach(kernel::close);
        }
    }

    /** DONE with an error number of 0, or a failure of {@code call}. */
    void done(String call, int type, byte[] payload, Duration limit) throws InterruptedException {
        done(call, type, payload, List.of(), limit);
    }

    /** As the other, with descriptors, which stay the caller's. */
    void done(String call, int type, byte[] payload, List<Integer> fds, Duration limit) throws InterruptedException {
        int tag = nextTag();
        int errno = await(send(type, tag, payload, fds), tag, limit).payload().getInt();
        if (errno != 0) {
            throw new KernelFailure(call, "in the shim", errno);
        }
    }

    /** Reads one packet; false at the end. */
    boolean receive(byte[] buffer) {
        Kernel.Received received;
        try {
            received = kernel.recvmsg(socket, buffer);
        } catch (KernelFailure failure) {
            // The peer went with requests unread. The kernel says so once, and before the replies that it had sent:
            // they are next.
            if (failure.is(Errno.ECONNRESET)) {
                return true;
            }
            throw failure;
        }
        if (received.length() < Packet.HEADER) {
            received.fds().forEach(kernel::close);
            return received.length() != 0;
        }
        ByteBuffer packet = ByteBuffer.wrap(buffer, 0, received.length()).order(ByteOrder.LITTLE_ENDIAN);
        dispatch(packet, received.fds());
        return true;
    }

    private void dispatch(ByteBuffer packet, List<Integer> fds) {
        packet.getInt();
        int type = packet.getShort();
        packet.getShort();
        int tag = packet.getInt();
        int length = Math.min(packet.getInt(), packet.remaining());
        byte[] payload = new byte[Math.max(0, length)];
        packet.get(payload);
        ByteBuffer body = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        if (type == Packet.EXITED) {
            try {
                listener.exited(tag, ProcessExit.read(kernel, body, fds));
            } finally {
                fds.forEach(kernel::close);
            }
            return;
        }
        CompletableFuture<Reply> answer = waiting.remove(tag);
        if (answer == null || !answer.complete(new Reply(type, tag, body, List.copyOf(fds)))) {
            fds.forEach(kernel::close);
        }
    }

    /** Called once by the reactor when nothing more will come. */
    void ended() {
        abandon();
        listener.ended();
    }

    /** Lets go of a peer that lives on; the listener is not told, because nothing has ended. */
    void abandon() {
        // Under the lock of the senders: a number that is closed may be another connection's a moment later.
        synchronized (sending) {
            open = false;
            kernel.close(socket);
        }
        ShimGone gone = new ShimGone("the connection has ended", null);
        waiting.values().forEach(answer -> answer.completeExceptionally(gone));
        waiting.clear();
    }
}
