package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.sysctl.SysctlWrite;
import java.util.List;
import java.util.Map;

/** Compiles what a shim does to itself so that it becomes a pod: its namespaces, hostname, loopback and sysctls. */
public final class PodPlan {
    private PodPlan() {}

    /**
     * What a pod is made of.
     *
     * @param namespaces flags of {@link Namespaces}: those that the pod does not share with the node
     * @param ids of its user namespace, which all of {@code namespaces} belong to
     * @param hostname set when the pod has a uts namespace of its own
     */
    public record Pod(long namespaces, IdMap ids, String hostname, List<SysctlWrite> sysctls) {
        public Pod {
            sysctls = List.copyOf(sysctls);
        }

        private boolean has(long namespace) {
            return (namespaces & namespace) != 0;
        }
    }

    public static Plan compile(Kernel kernel, Pod pod) {
        PlanBuilder plan = new PlanBuilder(PlanKind.POD, kernel);
        if (pod.ids().own()) {
            String map = pod.ids().text();
            plan.userNamespace(proc(plan), List.of(map, map), pod.namespaces());
        } else if (pod.namespaces() != 0) {
            plan.unshare(pod.namespaces());
        }
        if (pod.has(Namespaces.UTS)) {
            plan.hostname(pod.hostname());
        }
        if (pod.has(Namespaces.NET)) {
            plan.loopback();
        }
        if (!pod.sysctls().isEmpty()) {
            sysctls(plan, pod);
        }
        return plan.build();
    }

    private static Register proc(PlanBuilder plan) {
        return plan.newFs("proc", Map.of(), MountFlags.INERT);
    }

    /** Those of an ipc namespace are for its root alone, and no capability opens them to the node's. */
    private static void sysctls(PlanBuilder plan, Pod pod) {
        Register proc = proc(plan);
        List<SysctlWrite> ofIpc =
                pod.ids().own() ? pod.sysctls().stream().filter(PodPlan::ofIpc).toList() : List.of();
        pod.sysctls().stream().filter(sysctl -> !ofIpc.contains(sysctl)).forEach(sysctl -> write(plan, proc, sysctl));
        if (!ofIpc.isEmpty()) {
            plan.ids(pod.ids().host(0), pod.ids().host(0), List.of());
            ofIpc.forEach(sysctl -> write(plan, proc, sysctl));
            plan.ids(0, 0, List.of());
        }
    }

    private static boolean ofIpc(SysctlWrite sysctl) {
        return !sysctl.path().startsWith("sys/net/") && !sysctl.path().equals("sys/kernel/domainname");
    }

    private static void write(PlanBuilder plan, Register proc, SysctlWrite sysctl) {
        String purpose = "setting the sysctl %s to %s".formatted(sysctl.path(), sysctl.value());
        plan.write(purpose, proc, sysctl.path(), sysctl.value(), 0);
    }

    /**
     * How the security modules of the kernel hold the reaper, which executes nothing and so enters a profile at once.
     *
     * @param apparmor the profile, empty for none
     * @param label the SELinux label of its empty root, which is what containers see of it; empty for none
     */
    public record Confinement(String apparmor, String label) {
        public static final Confinement NONE = new Confinement("", "");
    }

    /** Compiles the reaper of a shared pid namespace. */
    public static Plan pause(Kernel kernel, CgroupEntry cgroup, UserNamespace user, Confinement confinement) {
        PlanBuilder plan = new PlanBuilder(PlanKind.PAUSE, kernel);
        long namespaces = Namespaces.PID | Namespaces.MOUNT;
        plan.cloneFlags(user.own() ? 0 : namespaces);
        cgroup.into(plan);
        Register proc = confinement.apparmor().isEmpty() ? Register.NONE : proc(plan);
        if (user.own()) {
            plan.setns("entering the pod's user namespace", plan.pass(user.descriptor()), Namespaces.USER);
            plan.ids(0, 0, List.of());
            plan.fork(namespaces);
        }
        plan.session();
        if (!confinement.label().isEmpty()) {
            Map<String, String> options = Map.of("mode", "555", "context", confinement.label());
            Register root = plan.newFs("tmpfs", options, MountFlags.INERT | MountFlags.READ_ONLY);
            plan.attach(root, 0);
            plan.pivot(root);
        }
        if (!confinement.apparmor().isEmpty()) {
            plan.write(
                    "entering the AppArmor profile " + confinement.apparmor(),
                    proc,
                    "thread-self/attr/apparmor/current",
                    "changeprofile " + confinement.apparmor(),
                    0);
        }
        plan.pause();
        return plan.build();
    }
}
