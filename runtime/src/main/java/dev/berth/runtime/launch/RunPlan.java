package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.plan.Stdio;
import java.util.List;

/** Compiles the run of a program of the node, such as a CNI plugin. */
public final class RunPlan {
    private RunPlan() {}

    /**
     * @param stdin what it reads, a descriptor that the plan takes over
     * @param limit bytes kept of each output stream
     */
    public static Plan compile(Kernel kernel, List<String> arguments, List<String> environment, int stdin, int limit) {
        PlanBuilder plan = new PlanBuilder(PlanKind.RUN, kernel);
        plan.stdio(Stdio.capture(limit)).streams(plan.pass(stdin), Register.NONE, Register.NONE);
        return plan.build(() -> {
            plan.session();
            plan.exec(arguments, environment, List.of(arguments.getFirst()));
        });
    }
}
