package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Op;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.plan.Stdio;

/**
 * Compiles the run of an OCI runtime that makes a container. The runtime gets a mount namespace of its own, a copy of the node's, in
 * which the container's root and its prepared mounts are attached below the bundle: what was pinned stays pinned, and the node's mount
 * table gains nothing.
 */
public final class CreatePlan {
    private CreatePlan() {}

    /**
     * Compiles; the descriptors of the container and {@code nodeMounts} are closed also when it fails.
     *
     * @param nodeMounts a descriptor of the node's mount namespace, which the plan takes over
     * @param bundle the bundle's directory, with an empty folder or file for every {@link BundleMount} in it
     */
    public static Plan compile(Kernel kernel, ContainerSpec spec, int nodeMounts, String bundle, Invocation runtime) {
        try {
            PlanBuilder plan = new PlanBuilder(PlanKind.CREATE, kernel);
            header(plan, spec.output());
            spec.cgroup().into(plan);
            plan.session();
            Register root = nodeCopy(plan, plan.pass(nodeMounts));
            plan.move(plan.pass(spec.root()), root, bundle + "/" + BundleMount.ROOT, Op.NOFOLLOW);
            for (BundleMount mount : BundleMount.of(spec)) {
                plan.move(plan.pass(mount.mount()), root, bundle + "/" + mount.name(), Op.NOFOLLOW);
            }
            runtime.execute(plan);
            return plan.build();
        } catch (RuntimeException failure) {
            spec.descriptors().forEach(kernel::close);
            kernel.close(nodeMounts);
            throw failure;
        }
    }

    private static Register nodeCopy(PlanBuilder plan, Register nodeMounts) {
        plan.setns("entering the node's mount namespace", nodeMounts, Namespaces.MOUNT);
        plan.unshare(Namespaces.MOUNT);
        Register root = plan.open("/");
        plan.setattr("keeping mounts from the node", root, 0, Kernel.MS_SLAVE, Op.RECURSIVE);
        return root;
    }

    private static void header(PlanBuilder plan, ContainerSpec.Output output) {
        boolean terminal = (output.stdio().bits() & Stdio.TTY) != 0;
        plan.stdio(output.stdio());
        Register stdin = plan.pass(output.stdin());
        plan.streams(terminal ? Register.NONE : stdin, Register.NONE, Register.NONE);
        output.logAndOomInto(plan);
    }
}
