package dev.berth.runtime.kernel;

/** Both ends of a pipe, each closed by whoever owns it: this, until it is released. */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    public static Pipe open(Kernel kernel) {
        int[] ends = kernel.pipe();
        return new Pipe(new Fd(kernel, ends[0]), new Fd(kernel, ends[1]));
    }

    /** Closes the ends that were not released. */
    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
