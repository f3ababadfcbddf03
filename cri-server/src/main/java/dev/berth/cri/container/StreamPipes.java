package dev.berth.cri.container;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Pipe;
import dev.berth.runtime.launch.IdMap;
import dev.berth.runtime.launch.ProcessSpec;
import java.util.Optional;

/** A pipe for each standard stream that is wanted. What nobody took is closed with it. */
record StreamPipes(Kernel kernel, Optional<Pipe> stdin, Optional<Pipe> stdout, Optional<Pipe> stderr)
        implements AutoCloseable {
    private static final int ROOMY = 1 << 20;

    static StreamPipes open(Kernel kernel, boolean stdin, boolean stdout, boolean stderr) {
        StreamPipes opened = new StreamPipes(kernel, Optional.empty(), Optional.empty(), Optional.empty());
        try {
            opened = new StreamPipes(kernel, pipe(kernel, stdin), opened.stdout, opened.stderr);
            opened = new StreamPipes(kernel, opened.stdin, pipe(kernel, stdout), opened.stderr);
            opened = new StreamPipes(kernel, opened.stdin, opened.stdout, pipe(kernel, stderr));
            opened.stdout.ifPresent(opened::widen);
            opened.stderr.ifPresent(opened::widen);
            return opened;
        } catch (RuntimeException failure) {
            opened.close();
            throw failure;
        }
    }

    private static Optional<Pipe> pipe(Kernel kernel, boolean wanted) {
        return wanted ? Optional.of(Pipe.open(kernel)) : Optional.empty();
    }

    boolean none() {
        return stdin.isEmpty() && stdout.isEmpty() && stderr.isEmpty();
    }

    /** Gives the ends of the process to its user, so that it can open {@code /dev/stdout} again. */
    void own(ProcessSpec.Identity user, IdMap ids) {
        stdin.ifPresent(pipe -> own(pipe.readEnd(), ids.host(user.uid()), ids.host(user.gid())));
        stdout.ifPresent(pipe -> own(pipe.writeEnd(), ids.host(user.uid()), ids.host(user.gid())));
        stderr.ifPresent(pipe -> own(pipe.writeEnd(), ids.host(user.uid()), ids.host(user.gid())));
    }

    private void own(Fd end, int uid, int gid) {
        kernel.fchownat(end.number(), "", uid, gid, Kernel.AT_EMPTY_PATH);
    }

    /** Makes room for a client that falls behind; where the node does not grant it, the usual room has to do. */
    private void widen(Pipe pipe) {
        try {
            kernel.setPipeSize(pipe.readEnd().number(), ROOMY);
        } catch (KernelFailure _) {
            // 64 KiB as any pipe.
        }
    }

    /** The number of an end, -1 where there is no pipe; it stays here. */
    static int number(Optional<Fd> end) {
        return end.map(Fd::number).orElse(-1);
    }

    /** Takes an end, -1 where there is no pipe; the caller closes it. */
    static int take(Optional<Fd> end) {
        return end.map(Fd::release).orElse(-1);
    }

    /** Takes the ends of the client's side; the caller closes them. */
    StreamEnds takeEnds() {
        return new StreamEnds(
                take(stdin.map(Pipe::writeEnd)), take(stdout.map(Pipe::readEnd)), take(stderr.map(Pipe::readEnd)));
    }

    @Override
    public void close() {
        stdin.ifPresent(Pipe::close);
        stdout.ifPresent(Pipe::close);
        stderr.ifPresent(Pipe::close);
    }
}
