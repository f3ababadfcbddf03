package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Kernel;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;

/**
 * The end of a process, told by its shim after the process was reaped and its output drained.
 *
 * @param status as wait(2) gives it
 * @param finishedAt nanoseconds since the epoch
 * @param oomKills the cgroup's count of OOM kills when the process was reaped
 * @param stdout what it wrote, for captured output; empty otherwise
 * @param lostLogBytes bytes that could not be written to the log
 */
public record ProcessExit(
        String id,
        int pid,
        int status,
        long finishedAt,
        long oomKills,
        byte[] stdout,
        byte[] stderr,
        long lostLogBytes) {
    private static final int LARGEST_CAPTURE = 64 * 1024 * 1024;

    /** The exit code as CRI counts it: the code, or 128 and the number of the signal. */
    public int exitCode() {
        return exitCode(status);
    }

    /** True when the process died by {@code signal}. */
    public boolean signalled(int signal) {
        return (status & 0x7f) == signal;
    }

    static int exitCode(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /** The end that a shim remembers of a process; nobody was there to take its output. */
    public static ProcessExit of(ProcessState state) {
        return new ProcessExit(
                state.id(),
                state.pid(),
                state.status(),
                state.finished(),
                state.oomKills(),
                new byte[0],
                new byte[0],
                state.lostLogBytes());
    }

    static ProcessExit read(Kernel kernel, ByteBuffer payload, List<Integer> fds) {
        String id = Packet.id(payload);
        payload.getInt();
        int pid = payload.getInt();
        int status = payload.getInt();
        long finished = payload.getLong();
        long oom = payload.getLong();
        long outBytes = payload.getLong();
        long errBytes = payload.getLong();
        long lost = payload.getLong();
        int captured = payload.getInt();
        Iterator<Integer> files = fds.iterator();
        byte[] out = (captured & 1) != 0 ? contents(kernel, files.next(), outBytes) : new byte[0];
        byte[] err = (captured & 2) != 0 ? contents(kernel, files.next(), errBytes) : new byte[0];
        return new ProcessExit(id, pid, status, finished, oom, out, err, lost);
    }

    private static byte[] contents(Kernel kernel, int file, long length) {
        byte[] bytes = new byte[(int) Math.min(length, LARGEST_CAPTURE)];
        int at = 0;
        while (at < bytes.length) {
            int got = kernel.pread(file, bytes, at, bytes.length - at, at);
            if (got == 0) {
                break;
            }
            at += got;
        }
        return bytes;
    }
}
