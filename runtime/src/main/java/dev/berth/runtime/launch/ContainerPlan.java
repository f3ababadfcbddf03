package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Op;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.plan.Stdio;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Compiles the first process of a container. The order is the security of it: the root first, then /proc, /sys and a /dev of our
 * own, then the mounts that were asked for, then masks and read-only paths over all of them, then read-only on the root itself,
 * then the pivot, then privileges.
 *
 * <p>In a user namespace all of that is put together outside of it, by the node's root, and then copied into a mount namespace of
 * the user namespace: what is copied so is locked, and the container's root can neither take it away nor make it writable. Only
 * what belongs to the new namespaces, such as /proc, is made inside.
 */
public final class ContainerPlan {
    private static final String PROC = "/proc";

    private final ContainerSpec spec;
    private final PlanBuilder plan;
    private final Register root;

    private ContainerPlan(Kernel kernel, ContainerSpec spec) {
        this.spec = spec;
        this.plan = new PlanBuilder(PlanKind.INIT, kernel);
        this.root = plan.pass(spec.root());
    }

    /**
     * Compiles; the descriptors of the container are closed also when it fails.
     *
     * @throws IllegalArgumentException when the container asks for more than a plan can hold
     */
    public static Plan compile(Kernel kernel, ContainerSpec spec) {
        try {
            return new ContainerPlan(kernel, spec).compile();
        } catch (RuntimeException failure) {
            spec.descriptors().forEach(kernel::close);
            throw failure;
        }
    }

    private Plan compile() {
        header();
        spec.cgroup().into(plan);
        if (spec.userNamespace().own()) {
            inUserNamespace();
        } else {
            inNode();
        }
        return plan.build();
    }

    private boolean cgroupNamespace() {
        return spec.cgroupView() instanceof CgroupView.Unified;
    }

    private long namespaces() {
        String target = spec.pidTarget();
        long pid = target != null && target.isEmpty() ? Namespaces.PID : 0;
        return Namespaces.MOUNT | pid | (cgroupNamespace() ? Namespaces.CGROUP : 0);
    }

    private void header() {
        ContainerSpec.Output output = spec.output();
        String target = spec.pidTarget();
        IdMap ids = spec.userNamespace().ids();
        plan.cloneFlags(ids.own() ? Namespaces.MOUNT : namespaces());
        if (target != null && !target.isEmpty()) {
            plan.target(target);
        }
        ProcessSpec.Identity identity = spec.process().identity();
        plan.stdio(output.stdio())
                .owner(ids.host(identity.uid()), ids.host(identity.gid()))
                .streams(plan.pass(output.stdin()), Register.NONE, Register.NONE);
        output.logAndOomInto(plan);
    }

    private void inNode() {
        plan.session();
        Register proc = proc();
        ProcessTail.keyring(plan, proc, spec.process());
        ProcessTail.score(plan, proc, spec.process());
        plan.attach(root, spec.rootPropagation());
        ContainerRoot content = new ContainerRoot(plan, spec, root);
        plan.mkdir(root, PROC, 0755);
        plan.move(proc(), root, PROC, Op.NOFOLLOW);
        Register sys = content.sys();
        if (cgroupNamespace()) {
            plan.move(cgroup(), sys, "fs/cgroup", 0);
        }
        Register dev = content.dev();
        if (terminal()) {
            content.terminal(dev, content.devpts());
        }
        content.mounts();
        content.devices();
        content.maskedPaths(() -> plan.clone(dev, "null", 0), _ -> true);
        content.readonlyPaths(_ -> true);
        readonlyRoot();
        plan.pivot(root);
        plan.cwd(spec.process().cwd(), true);
        ProcessTail.limits(plan, spec.process());
        ProcessTail.finish(plan, proc, spec.process());
    }

    private void inUserNamespace() {
        ProcessSpec process = spec.process();
        IdMap ids = spec.userNamespace().ids();
        Register user = plan.pass(spec.userNamespace().descriptor());
        Register proc = proc();
        ProcessTail.score(plan, proc, process);
        ProcessTail.limits(plan, process);
        plan.fsids(ids.host(0), ids.host(0));
        Register top = plan.open("/");
        plan.move(root, top, "root", 0);
        Predicate<String> below = path -> path.equals(PROC) || path.startsWith(PROC + "/");
        ContainerRoot content = new ContainerRoot(plan, spec, root);
        plan.mkdir(root, PROC, 0755);
        content.sys();
        Register dev = content.dev();
        content.mounts();
        content.devices();
        content.maskedPaths(() -> plan.clone(dev, "null", 0), below.negate());
        content.readonlyPaths(below.negate());
        readonlyRoot();
        // The kernel lets a user namespace mount a procfs only where it sees one already.
        plan.move(proc(), top, "proc", 0);
        Register nullNode = plan.clone(dev, "null", 0);
        plan.chdir(root);
        plan.setns("entering the pod's user namespace", user, Namespaces.USER);
        plan.ids(0, 0, List.of());
        enterNamespaces();
        plan.session();
        ProcessTail.keyring(plan, proc, process);
        Register copy = plan.clone(plan.here(), "", Op.RECURSIVE);
        inside(copy, nullNode, below);
        ProcessTail.finish(plan, proc, process);
    }

    private void enterNamespaces() {
        if ((namespaces() & Namespaces.PID) != 0) {
            plan.fork(namespaces());
        } else {
            plan.unshare(namespaces());
        }
    }

    /** What only a process of the new namespaces can make, over the copy of what was put together outside. */
    private void inside(Register copy, Register nullNode, Predicate<String> belowProc) {
        ContainerRoot content = new ContainerRoot(plan, spec, copy);
        Register own = proc();
        plan.attach(copy, spec.rootPropagation());
        plan.move(own, copy, PROC, Op.NOFOLLOW);
        if (cgroupNamespace()) {
            plan.move(cgroup(), copy, "/sys/fs/cgroup", Op.NOFOLLOW);
        }
        if (ContainerRoot.ownsDev(spec)) {
            content.devptsInside();
        }
        content.maskedPaths(() -> nullNode, belowProc);
        content.readonlyPaths(belowProc);
        plan.pivot(copy);
        if (terminal()) {
            content.terminal(plan.open("/dev"), plan.open("/dev/pts"));
        }
        plan.cwd(spec.process().cwd(), true);
    }

    private boolean terminal() {
        return (spec.output().stdio().bits() & Stdio.TTY) != 0 && ContainerRoot.ownsDev(spec);
    }

    private Register proc() {
        return plan.newFs("proc", Map.of(), MountFlags.INERT);
    }

    private Register cgroup() {
        boolean writable =
                spec.privileged() || (spec.cgroupView() instanceof CgroupView.Unified(boolean asked) && asked);
        long readOnly = writable ? 0 : MountFlags.READ_ONLY;
        return plan.newFs("cgroup2", Map.of(), MountFlags.INERT | readOnly);
    }

    private void readonlyRoot() {
        if (spec.readonlyRoot()) {
            plan.setattr("making the root read-only", root, MountFlags.READ_ONLY, 0, 0);
        }
    }
}
