package dev.berth.cri.handler;

import dev.berth.cri.failure.CriFailure;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The socket over which an OCI runtime hands over the terminal that it has made for a container. Its file goes when it is closed. */
public final class ConsoleSocket implements AutoCloseable {
    private static final int LONGEST_NAME = 4096;
    private static final int PATIENCE_MILLIS = 2_000;

    private final Kernel kernel;
    private final Path path;
    private final Fd listener;

    private ConsoleSocket(Kernel kernel, Path path, Fd listener) {
        this.kernel = kernel;
        this.path = path;
        this.listener = listener;
    }

    /** @param path of at most 107 bytes, which is what a runtime can connect to */
    public static ConsoleSocket listen(Kernel kernel, Path path) {
        return new ConsoleSocket(kernel, path, new Fd(kernel, kernel.listenStream(Kernel.AT_FDCWD, path.toString())));
    }

    public Path path() {
        return path;
    }

    /**
     * The master of the terminal, which a runtime has sent when its {@code create} has ended; the caller closes it.
     *
     * @throws CriFailure INTERNAL when it has not
     */
    public Fd receive() {
        await(listener.number());
        try (Fd peer = new Fd(kernel, kernel.accept(listener.number()))) {
            await(peer.number());
            List<Integer> sent =
                    kernel.recvmsg(peer.number(), new byte[LONGEST_NAME]).fds();
            if (sent.size() == 1) {
                return new Fd(kernel, sent.getFirst());
            }
            sent.forEach(kernel::close);
            throw missing();
        }
    }

    private void await(int fd) {
        try (Fd epoll = new Fd(kernel, kernel.epollCreate())) {
            kernel.epollAdd(epoll.number(), fd, Kernel.EPOLLIN, 0);
            if (kernel.epollWait(epoll.number(), PATIENCE_MILLIS).length == 0) {
                throw missing();
            }
        }
    }

    private static CriFailure missing() {
        return new CriFailure(
                CriFailure.Kind.INTERNAL, "the OCI runtime did not hand over the terminal of the container", null);
    }

    @Override
    public void close() {
        listener.close();
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be removed".formatted(path), failure);
        }
    }
}
