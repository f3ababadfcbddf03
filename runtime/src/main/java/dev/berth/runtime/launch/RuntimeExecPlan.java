package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;

/** Compiles the run of an OCI runtime that executes a command in a container and stays until it has ended. */
public final class RuntimeExecPlan {
    private RuntimeExecPlan() {}

    /**
     * @param nodeMounts a descriptor of the node's mount namespace, which the plan takes over
     * @param process whose streams are to lead to {@code streams}; a terminal is one of the node's, which the runtime copies to
     *     and from that of the container
     */
    public static Plan compile(
            Kernel kernel, int nodeMounts, Invocation runtime, ProcessSpec process, ExecPlan.Streams streams) {
        PlanBuilder plan = new PlanBuilder(PlanKind.EXEC, kernel);
        ExecPlan.streams(plan, streams);
        plan.owner(process.identity().uid(), process.identity().gid());
        return plan.build(() -> {
            plan.session();
            plan.setns("entering the node's mount namespace", plan.pass(nodeMounts), Namespaces.MOUNT);
            if (streams instanceof ExecPlan.Terminal) {
                plan.pty(plan.open("/dev/pts"), 0);
            }
            runtime.execute(plan);
        });
    }
}
