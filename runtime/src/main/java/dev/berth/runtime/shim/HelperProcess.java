package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.plan.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** One life of the helper process and the connection to it. */
final class HelperProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration SPAWN = Duration.ofSeconds(30);
    private static final String SOCKET = "helper.sock";

    private final Process process;
    private final Connection connection;
    private final Map<Integer, CompletableFuture<ProcessExit>> runs = new ConcurrentHashMap<>();
    private volatile boolean ended;

    private HelperProcess(Process process, Reactor reactor, int socket) {
        this.process = process;
        this.connection = reactor.watch(socket, new Connection.Listener() {
            @Override
            public void exited(int tag, ProcessExit exit) {
                CompletableFuture<ProcessExit> run = runs.remove(tag);
                if (run != null) {
                    run.complete(exit);
                }
            }

            @Override
            public void ended() {
                ended = true;
                ShimGone gone = new ShimGone("the helper has ended", null);
                runs.values().forEach(run -> run.completeExceptionally(gone));
            }
        });
    }

    static HelperProcess start(Reactor reactor, Path binary, Path state) throws IOException {
        Kernel kernel = reactor.kernel();
        try (Fd directory = Fd.directory(kernel, state)) {
            removeStale(kernel, directory);
            try (Fd listener = new Fd(kernel, kernel.listenSeqpacket(directory.number(), SOCKET, 1))) {
                Process process = new ProcessBuilder(
                                binary.toString(),
                                "helper",
                                state.resolve(SOCKET).toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                int socket = accept(kernel, listener, process, binary);
                kernel.unlinkat(directory.number(), SOCKET, 0);
                return new HelperProcess(process, reactor, socket);
            }
        }
    }

    private static int accept(Kernel kernel, Fd listener, Process process, Path binary) throws IOException {
        try (Fd epoll = new Fd(kernel, kernel.epollCreate())) {
            kernel.epollAdd(epoll.number(), listener.number(), Kernel.EPOLLIN, 1);
            if (kernel.epollWait(epoll.number(), (int) START.toMillis()).length == 0) {
                process.destroyForcibly();
                throw new IOException("%s did not connect within %s".formatted(binary, START));
            }
            return kernel.accept(listener.number());
        }
    }

    private static void removeStale(Kernel kernel, Fd directory) {
        try {
            kernel.unlinkat(directory.number(), SOCKET, 0);
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.ENOENT)) {
                throw failure;
            }
        }
    }

    int spawn(String id, int listener, Plan plan) throws InterruptedException {
        int tag = connection.nextTag();
        CompletableFuture<Reply> answer = connection.send(Packet.SPAWN, tag, Packet.id(id), plan, listener);
        return Shim.launched(connection.await(answer, tag, SPAWN), plan);
    }

    CompletableFuture<ProcessExit> run(String id, Plan plan) throws InterruptedException {
        int tag = connection.nextTag();
        CompletableFuture<ProcessExit> end = new CompletableFuture<>();
        runs.put(tag, end);
        try {
            CompletableFuture<Reply> answer = connection.send(Packet.RUN, tag, Packet.id(id), plan);
            Shim.launched(connection.await(answer, tag, SPAWN), plan);
            return end;
        } catch (RuntimeException | InterruptedException failure) {
            runs.remove(tag);
            throw failure;
        }
    }

    void signal(String id, int signal) throws InterruptedException {
        connection.done("pidfd_send_signal", Packet.SIGNAL, Packet.id(id, signal), SPAWN);
    }

    boolean ended() {
        return ended || !process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
