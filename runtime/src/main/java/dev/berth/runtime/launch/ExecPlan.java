package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.plan.Stdio;
import java.util.List;
import java.util.Map;

/** Compiles a further process in a running container. */
public final class ExecPlan {
    private ExecPlan() {}

    /**
     * The container of an exec.
     *
     * @param id of its first process in the shim
     * @param cgroupNamespace whether it has a cgroup namespace of its own
     * @param ids of its user namespace
     */
    public record Target(String id, boolean cgroupNamespace, IdMap ids) {}

    /** @throws IllegalArgumentException when the process has ids that its user namespace has not */
    public static Plan compile(Kernel kernel, Target target, ProcessSpec process, Streams streams) {
        PlanBuilder plan = new PlanBuilder(PlanKind.EXEC, kernel);
        streams(plan, streams);
        plan.target(target.id());
        return plan.build(() -> operations(plan, target, process, streams instanceof Terminal));
    }

    /** Where the streams of a plan lead, and the way into its cgroup. */
    static void streams(PlanBuilder plan, Streams streams) {
        switch (streams) {
            case Capture(CgroupEntry _, int stdin, int limit) ->
                plan.stdio(Stdio.capture(limit)).streams(plan.pass(stdin), Register.NONE, Register.NONE);
            case Passed(CgroupEntry _, int stdin, int stdout, int stderr) ->
                plan.stdio(Stdio.PASSED).streams(pass(plan, stdin), pass(plan, stdout), pass(plan, stderr));
            case Terminal _ -> plan.stdio(Stdio.TERMINAL);
        }
        streams.cgroup().into(plan);
    }

    private static Register pass(PlanBuilder plan, int fd) {
        return fd < 0 ? Register.NONE : plan.pass(fd);
    }

    private static void operations(PlanBuilder plan, Target target, ProcessSpec process, boolean terminal) {
        ProcessSpec.Identity identity = process.identity();
        plan.owner(target.ids().host(identity.uid()), target.ids().host(identity.gid()));
        plan.session();
        Register proc = plan.newFs("proc", Map.of(), MountFlags.INERT);
        if (!target.ids().own()) {
            ProcessTail.keyring(plan, proc, process);
        }
        ProcessTail.score(plan, proc, process);
        enter(plan, target, proc, process);
        if (terminal) {
            plan.pty(plan.open("/dev/pts"), TerminalOwner.of(identity));
        }
        plan.cwd(process.cwd(), false);
        if (!target.ids().own()) {
            ProcessTail.limits(plan, process);
        }
        ProcessTail.finish(plan, proc, process);
    }

    private static void enter(PlanBuilder plan, Target target, Register proc, ProcessSpec process) {
        long namespaces = Namespaces.MOUNT | (target.cgroupNamespace() ? Namespaces.CGROUP : 0);
        if (!target.ids().own()) {
            plan.setns("entering the container's mount namespace", Register.TARGET, namespaces);
            return;
        }
        ProcessTail.limits(plan, process);
        plan.setns("entering the container's namespaces", Register.TARGET, Namespaces.USER | namespaces);
        plan.ids(0, 0, List.of());
        ProcessTail.keyring(plan, proc, process);
    }

    /** How an exec is placed, and where its streams lead. The plan takes every descriptor over. */
    public sealed interface Streams {
        CgroupEntry cgroup();
    }

    /**
     * Output is kept and comes with the exit.
     *
     * @param limit bytes kept of each stream
     */
    public record Capture(CgroupEntry cgroup, int stdin, int limit) implements Streams {}

    /** The streams are descriptors of the caller, -1 for the container's null device. */
    public record Passed(CgroupEntry cgroup, int stdin, int stdout, int stderr) implements Streams {}

    /** The streams are a terminal of the container; its master comes with the launch. */
    public record Terminal(CgroupEntry cgroup) implements Streams {}
}
