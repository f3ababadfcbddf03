package dev.berth.runtime.shim;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.plan.Plan;

/** A process that could not be launched. The message says which operation of its plan failed, and how. */
public final class LaunchFailure extends RuntimeException {
    private final boolean execution;
    private final int errno;

    LaunchFailure(Plan plan, int op, int errno) {
        super(plan.failure(op, errno));
        this.execution = op >= 0 && op == plan.purposes().size() - 1;
        this.errno = errno;
    }

    /** True when everything was ready and only execve failed. */
    public boolean ofExecution() {
        return execution;
    }

    public Errno errno() {
        return Errno.of(errno);
    }

    /** The exit code that a shell would give: 127 not found, 126 not executable. */
    public int exitCode() {
        return errno == Errno.ENOENT.number() ? 127 : 126;
    }
}
