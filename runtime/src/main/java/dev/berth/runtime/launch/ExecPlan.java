package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.plan.Stdio;
import java.util.Map;

/** Compiles a further process in a running container. */
public final class ExecPlan {
    private ExecPlan() {}

    /**
     * @param container the id of the container's first process in the shim
     * @param cgroupNamespace whether the container has a cgroup namespace of its own
     */
    public static Plan compile(
            Kernel kernel, String container, boolean cgroupNamespace, ProcessSpec process, Capture capture) {
        PlanBuilder plan = new PlanBuilder(PlanKind.EXEC, kernel);
        Register stdin = plan.pass(capture.stdin());
        capture.cgroup().into(plan);
        plan.target(container)
                .stdio(Stdio.capture(capture.limit()))
                .streams(stdin, Register.NONE, Register.NONE)
                .owner(process.identity().uid(), process.identity().gid());
        return plan.build(() -> operations(plan, cgroupNamespace, process));
    }

    private static void operations(PlanBuilder plan, boolean cgroupNamespace, ProcessSpec process) {
        plan.session();
        plan.keyring();
        Register proc = plan.newFs("proc", Map.of(), MountFlags.INERT);
        ProcessTail.score(plan, proc, process);
        long namespaces = Namespaces.MOUNT | (cgroupNamespace ? Namespaces.CGROUP : 0);
        plan.setns("entering the container's mount namespace", Register.TARGET, namespaces);
        plan.cwd(process.cwd(), false);
        ProcessTail.finish(plan, proc, process);
    }

    /**
     * How an exec is placed and read.
     *
     * @param stdin a descriptor that the plan takes over
     * @param limit bytes kept of each stream
     */
    public record Capture(CgroupEntry cgroup, int stdin, int limit) {}
}
