package dev.berth.cri.network;

import dev.berth.runtime.cni.Program;
import dev.berth.runtime.cni.ProgramOutcome;
import dev.berth.runtime.cni.ProgramRunner;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.RunPlan;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.shim.LaunchFailure;
import dev.berth.runtime.shim.ProcessExit;
import dev.berth.runtime.shim.Programs;
import dev.berth.runtime.shim.ShimGone;
import java.util.List;

/** Runs CNI plugins by the helper process. */
public final class HelperPrograms implements ProgramRunner {
    private final Kernel kernel;
    private final Programs programs;

    public HelperPrograms(Kernel kernel, Programs programs) {
        this.kernel = kernel;
        this.programs = programs;
    }

    @Override
    public ProgramOutcome run(Program program) throws InterruptedException {
        List<String> environment = program.environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
        Plan plan = RunPlan.compile(
                kernel, List.of(program.path().toString()), environment, stdin(program.stdin()), MOST_BYTES + 1);
        try {
            return await(programs.start(plan), program);
        } catch (LaunchFailure failure) {
            return new ProgramOutcome.NotStarted(String.valueOf(failure.getMessage()));
        }
    }

    private static ProgramOutcome await(Programs.Running running, Program program) throws InterruptedException {
        try {
            return running.await(program.timeout())
                    .map(HelperPrograms::outcome)
                    .orElseGet(ProgramOutcome.TimedOut::new);
        } catch (ShimGone gone) {
            return new ProgramOutcome.NotStarted("the helper process is gone: " + gone.getMessage());
        }
    }

    private static ProgramOutcome outcome(ProcessExit exit) {
        boolean truncated = exit.stdout().length > MOST_BYTES;
        return new ProgramOutcome.Exited(exit.exitCode(), exit.stdout(), exit.stderr(), truncated);
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
