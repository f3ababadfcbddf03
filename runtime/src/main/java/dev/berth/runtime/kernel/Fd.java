package dev.berth.runtime.kernel;

import java.nio.file.Path;

/** A file descriptor that someone owns and closes once. */
public final class Fd implements AutoCloseable {
    private final Kernel kernel;
    private int number;

    public Fd(Kernel kernel, int number) {
        this.kernel = kernel;
        this.number = number;
    }

    /** An O_PATH descriptor of a directory. */
    public static Fd directory(Kernel kernel, Path path) {
        int flags = Kernel.O_PATH | Kernel.O_DIRECTORY;
        return new Fd(kernel, kernel.openat(Kernel.AT_FDCWD, path.toString(), flags, 0));
    }

    /** The number, for as long as this is open. */
    public int number() {
        if (number < 0) {
            throw new IllegalStateException("descriptor already closed");
        }
        return number;
    }

    /** Gives the descriptor away: the caller closes it from now on. */
    public int release() {
        int given = number();
        number = -1;
        return given;
    }

    @Override
    public void close() {
        if (number >= 0) {
            int closing = number;
            number = -1;
            kernel.close(closing);
        }
    }

    @Override
    public String toString() {
        return "fd " + number;
    }
}
