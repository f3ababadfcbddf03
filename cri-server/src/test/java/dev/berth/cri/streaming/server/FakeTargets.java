package dev.berth.cri.streaming.server;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/** A process of two threads over real pipes: {@code cat} ends with code 7 at the end of its input, {@code yes} never ends. */
final class FakeTargets implements StreamTargets {
    private static final int PIPE = 0010600;
    final List<String> resizes = new CopyOnWriteArrayList<>();
    volatile CountDownLatch closed = new CountDownLatch(1);
    private final Kernel kernel;
    private final Path directory;
    private int pipes;

    FakeTargets(Kernel kernel, Path directory) {
        this.kernel = kernel;
        this.directory = directory;
    }

    @Override
    public void checkExec(ExecRequest request) {}

    @Override
    public void checkAttach(AttachRequest request) {}

    @Override
    public void checkPortForward(PortForwardRequest request) {}

    @Override
    public ProcessStreams attach(AttachRequest request) {
        throw CriFailure.state("the container is not running");
    }

    @Override
    public synchronized ProcessStreams exec(ExecRequest request) {
        int[] in = request.getStdin() ? pipe() : new int[] {-1, -1};
        int[] out = pipe();
        CompletableFuture<Integer> code = new CompletableFuture<>();
        boolean endless = request.getCmd(0).equals("yes");
        Thread.ofPlatform().daemon().name("fake").start(() -> {
            byte[] buffer = new byte[16 << 10];
            try {
                if (endless) {
                    while (true) {
                        kernel.write(out[1], buffer, 0, buffer.length);
                    }
                }
                byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
                kernel.write(out[1], hello, 0, hello.length);
                for (int got = read(in[0], buffer); got > 0; got = read(in[0], buffer)) {
                    kernel.write(out[1], buffer, 0, got);
                }
            } catch (KernelFailure _) {
                // EPIPE: killed.
            } finally {
                kernel.close(out[1]);
                if (in[0] >= 0) {
                    kernel.close(in[0]);
                }
                code.complete(7);
            }
        });
        return new ProcessStreams() {
            @Override
            public int stdin() {
                return in[1];
            }

            @Override
            public int stdout() {
                return out[0];
            }

            @Override
            public int stderr() {
                return -1;
            }

            @Override
            public void resize(int width, int height) {
                resizes.add(width + "x" + height);
            }

            @Override
            public int awaitExit() throws InterruptedException {
                try {
                    return code.get();
                } catch (ExecutionException impossible) {
                    throw new AssertionError(impossible);
                }
            }

            @Override
            public void close() {
                closed.countDown();
            }
        };
    }

    private int read(int fd, byte[] buffer) {
        return fd < 0 ? 0 : kernel.read(fd, buffer, 0, buffer.length);
    }

    /** A socket whose peer sends back everything after its end. Port 81 refuses. */
    @Override
    public int connect(String pod, int port) {
        if (port == 81) {
            throw CriFailure.state("nothing listens on port 81");
        }
        int[] pair = kernel.socketpairSeqpacket();
        Thread.ofPlatform().daemon().name("fake").start(() -> {
            byte[] buffer = new byte[16 << 10];
            try {
                int have = 0;
                for (int got = kernel.read(pair[1], buffer, 0, 4096); got > 0; ) {
                    have += got;
                    got = kernel.read(pair[1], buffer, have, 4096);
                }
                kernel.write(pair[1], buffer, 0, have);
            } catch (KernelFailure _) {
                // The client is gone.
            } finally {
                kernel.close(pair[1]);
            }
        });
        return pair[0];
    }

    private int[] pipe() {
        String name = directory.resolve("pipe" + pipes++).toString();
        kernel.mknodat(Kernel.AT_FDCWD, name, PIPE, 0);
        int both = kernel.openat(Kernel.AT_FDCWD, name, Kernel.O_RDWR, 0);
        int[] ends = {
            kernel.openat(Kernel.AT_FDCWD, name, Kernel.O_RDONLY, 0),
            kernel.openat(Kernel.AT_FDCWD, name, Kernel.O_WRONLY, 0)
        };
        kernel.close(both);
        return ends;
    }
}
