package dev.berth.cri.network;

import dev.berth.cri.record.Ids;
import dev.berth.runtime.cni.Program;
import dev.berth.runtime.cni.ProgramOutcome;
import dev.berth.runtime.cni.ProgramRunner;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.launch.RunPlan;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.Helper;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.ShimGone;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs programs of the node through the helper process, which forks in a fraction of the time that the JVM would take. */
public final class HelperPrograms implements ProgramRunner {
    private static final int ID_LENGTH = 24;

    private final Kernel kernel;
    private final Helper helper;

    public HelperPrograms(Kernel kernel, Helper helper) {
        this.kernel = kernel;
        this.helper = helper;
    }

    @Override
    public ProgramOutcome run(Program program) throws InterruptedException {
        String id = "run-" + Ids.random().substring(0, ID_LENGTH);
        List<String> environment = program.environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
        Plan plan = RunPlan.compile(
                kernel, List.of(program.path().toString()), environment, stdin(program.stdin()), MOST_BYTES + 1);
        try {
            return await(id, helper.run(id, plan), program);
        } catch (LaunchFailure failure) {
            return new ProgramOutcome.NotStarted(String.valueOf(failure.getMessage()));
        }
    }

    private ProgramOutcome await(String id, CompletableFuture<ProcessExit> end, Program program)
            throws InterruptedException {
        try {
            ProcessExit exit = end.get(program.timeout().toNanos(), TimeUnit.NANOSECONDS);
            boolean truncated = exit.stdout().length > MOST_BYTES;
            return new ProgramOutcome.Exited(exit.exitCode(), exit.stdout(), exit.stderr(), truncated);
        } catch (TimeoutException _) {
            kill(id);
            return new ProgramOutcome.TimedOut();
        } catch (InterruptedException gone) {
            kill(id);
            throw gone;
        } catch (ExecutionException broken) {
            return new ProgramOutcome.NotStarted("the helper process is gone: " + broken.getMessage());
        }
    }

    private void kill(String id) throws InterruptedException {
        try {
            helper.signal(id, Kernel.SIGKILL);
        } catch (KernelFailure | ShimGone _) {
            // It ended by itself just now.
        }
    }

    private int stdin(byte[] bytes) {
        int memfd = kernel.memfdCreate("berth-stdin", 0);
        kernel.write(memfd, bytes, 0, bytes.length);
        // The position is part of the open file: opening anew begins at the start.
        int reading = kernel.openat(Kernel.AT_FDCWD, "/proc/self/fd/" + memfd, Kernel.O_RDONLY, 0);
        kernel.close(memfd);
        return reading;
    }
}
