package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Plan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shim of one pod, as the daemon speaks to it. Thread-safe. Every call fails with {@link ShimGone} when the shim is gone or
 * does not answer in time.
 */
public final class Shim {
    /** Told of ends that nobody waits for; called on the reactor's thread, so it must not block. */
    public interface Listener {
        void containerExited(ProcessExit exit);

        void shimEnded();
    }

    private static final Duration QUICK = Duration.ofSeconds(10);

    private final Connection connection;
    private final Map<Integer, CompletableFuture<ProcessExit>> executions = new ConcurrentHashMap<>();

    private Shim(Reactor reactor, int socket, Listener listener) {
        this.connection = reactor.watch(socket, new Connection.Listener() {
            @Override
            public void exited(int tag, ProcessExit exit) {
                CompletableFuture<ProcessExit> execution = executions.remove(tag);
                if (execution == null) {
                    listener.containerExited(exit);
                } else {
                    execution.complete(exit);
                }
            }

            @Override
            public void ended() {
                ShimGone gone = new ShimGone("the shim has ended", null);
                executions.values().forEach(execution -> execution.completeExceptionally(gone));
                listener.shimEnded();
            }
        });
    }

    /** Connects to the shim that listens at {@code directory/name}. */
    public static Shim connect(Reactor reactor, Fd directory, String name, Listener listener) {
        Kernel kernel = reactor.kernel();
        return new Shim(reactor, kernel.connectSeqpacket(directory.number(), name), listener);
    }

    /**
     * Launches the first process of a container, or the pod's pause process; its end goes to the listener.
     *
     * @return its pid
     * @throws LaunchFailure when an operation of the plan failed; nothing of the process is left
     */
    public int launch(String id, Plan plan, Duration limit) throws InterruptedException {
        int tag = connection.nextTag();
        return launched(connection.send(Packet.LAUNCH, tag, Packet.id(id), plan), tag, plan, limit);
    }

    /**
     * Runs the program of a plan of kind CREATE to its end, which leaves the first process of a container behind as an orphan. The
     * container has no process until {@link #adopt} names it; {@link #forget} gives up before that.
     *
     * @throws LaunchFailure when an operation of the plan failed; with ECANCELED when the program itself did
     */
    public void create(String id, Plan plan, Duration limit) throws InterruptedException {
        int tag = connection.nextTag();
        launched(connection.send(Packet.LAUNCH, tag, Packet.id(id), plan), tag, plan, limit);
    }

    /**
     * Makes an orphan that this shim was given the first process of a container that {@link #create} left; its end goes to the listener.
     *
     * @throws KernelFailure ECHILD when the pid is none of the shim's children
     */
    public void adopt(String id, int pid) throws InterruptedException {
        connection.done("adopt", Packet.ADOPT, Packet.id(id, pid), QUICK);
    }

    /** Gives a container that {@link #create} left the master of its terminal, which stays the caller's too. */
    public void terminal(String id, int master) throws InterruptedException {
        connection.done("terminal", Packet.TERMINAL, Packet.id(id), List.of(master), QUICK);
    }

    /** Launches a further process in a container; the future is its end. */
    public CompletableFuture<ProcessExit> execute(String id, Plan plan, Duration limit) throws InterruptedException {
        int tag = connection.nextTag();
        CompletableFuture<ProcessExit> end = new CompletableFuture<>();
        executions.put(tag, end);
        try {
            launched(connection.send(Packet.LAUNCH, tag, Packet.id(id), plan), tag, plan, limit);
            return end;
        } catch (RuntimeException | InterruptedException failure) {
            executions.remove(tag);
            throw failure;
        }
    }

    /** As {@link #execute}, for a plan whose process gets a terminal and whose output goes nowhere else. */
    public TerminalExecution executeOnTerminal(String id, Plan plan, Duration limit) throws InterruptedException {
        int tag = connection.nextTag();
        CompletableFuture<ProcessExit> end = new CompletableFuture<>();
        executions.put(tag, end);
        try {
            CompletableFuture<Reply> answer = connection.send(Packet.LAUNCH, tag, Packet.id(id), plan);
            Reply reply = connection.awaitWhole(answer, tag, limit);
            try {
                launched(reply, plan);
            } catch (LaunchFailure failure) {
                // The terminal was there before the execve that failed.
                connection.drop(reply);
                throw failure;
            }
            return new TerminalExecution(connection.onlyDescriptor(reply), end);
        } catch (RuntimeException | InterruptedException failure) {
            executions.remove(tag);
            throw failure;
        }
    }

    /**
     * Lets pipes follow a running container: what it writes from now on goes to {@code attachment} as well as to its log. A pipe
     * that is full when more is to be written, one megabyte at best, ends the attachment; it never holds up the container. The
     * pipes end when the container's streams do, after the last byte.
     *
     * @throws KernelFailure ENOENT and ESRCH when the container does not run, EAGAIN when the pod has 32 attachments already
     */
    public void attach(String id, Attachment attachment) throws InterruptedException {
        byte[] payload = Packet.id(id, attachment.bits());
        connection.done("attach", Packet.ATTACH, payload, attachment.descriptors(), QUICK);
    }

    /**
     * Sets the size of a container's terminal in characters, 0 to 65535 each.
     *
     * @throws KernelFailure ENOENT and ESRCH when the container does not run, ENOTTY when it has no terminal
     */
    public void resize(String id, int rows, int columns) throws InterruptedException {
        connection.done("ioctl", Packet.RESIZE, Packet.id(id, rows << Short.SIZE | columns), QUICK);
    }

    /**
     * A new, non-blocking TCP socket in the shim's network namespace; the caller closes it.
     *
     * @param family {@link Kernel#AF_INET} or {@link Kernel#AF_INET6}
     */
    public int socket(int family) throws InterruptedException {
        return connection.askDescriptor("socket", Packet.SOCKET, Packet.numbers(family), QUICK);
    }

    private int launched(CompletableFuture<Reply> answer, int tag, Plan plan, Duration limit)
            throws InterruptedException {
        return launched(connection.await(answer, tag, limit), plan);
    }

    static int launched(Reply reply, Plan plan) {
        int pid = reply.payload().getInt();
        int errno = reply.payload().getInt();
        int op = reply.payload().getInt();
        if (errno != 0) {
            throw new LaunchFailure(plan, op, errno);
        }
        return pid;
    }

    /** Sends a signal to a process of this shim. */
    public void signal(String id, int signal) throws InterruptedException {
        connection.done("pidfd_send_signal", Packet.SIGNAL, Packet.id(id, signal), QUICK);
    }

    /** Opens the log anew; the file exists when this returns. */
    public void reopenLog(String id) throws InterruptedException {
        connection.done("openat", Packet.REOPEN_LOG, Packet.id(id), QUICK);
    }

    /** Drops the record of a process that has exited. */
    public void forget(String id) throws InterruptedException {
        connection.done("forget", Packet.FORGET, Packet.id(id), QUICK);
    }

    public List<ProcessState> state() throws InterruptedException {
        return ProcessState.readAll(
                connection.ask(Packet.STATE, new byte[0], QUICK).payload());
    }

    /** Ends the shim; fails with EBUSY while a container runs. */
    public void shutdown() throws InterruptedException {
        connection.done("shutdown", Packet.SHUTDOWN, new byte[0], QUICK);
    }
}
