package dev.berth.runtime.plan;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import java.util.List;

/**
 * A finished plan: its bytes, the descriptors that its first registers are, and what each operation is for. Owns the descriptors.
 *
 * @param purposes for every operation what it does in words, for error sentences
 */
public record Plan(byte[] bytes, List<Integer> fds, List<String> purposes, Kernel kernel) implements AutoCloseable {
    private static final int NO_OP = 0xFFFFFFFF;

    /** A memory file with the plan that nobody can change any more; the caller closes it. */
    public int seal() {
        int memfd = kernel.memfdCreate("berth-plan", Kernel.MFD_ALLOW_SEALING);
        try {
            kernel.write(memfd, bytes, 0, bytes.length);
            kernel.seal(memfd);
            return memfd;
        } catch (RuntimeException failure) {
            kernel.close(memfd);
            throw failure;
        }
    }

    /** What was being done when operation {@code op} failed with {@code errno}, as half a sentence. */
    public String failure(int op, int errno) {
        String what = purpose(op);
        Errno name = Errno.of(errno);
        return "%s: %s".formatted(what, name == Errno.OTHER ? "errno " + errno : name.name());
    }

    private String purpose(int op) {
        if (op == NO_OP) {
            return "cloning the process";
        }
        boolean known = op >= 0 && op < purposes.size();
        return known ? purposes.get(op) : "operation " + Integer.toUnsignedString(op);
    }

    @Override
    public void close() {
        fds.forEach(kernel::close);
    }
}
