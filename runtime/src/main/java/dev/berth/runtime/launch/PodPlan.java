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
     * @param namespaces flags of {@link Namespaces}: those that the pod does not share with the node
     * @param hostname set when the pod has a uts namespace of its own
     */
    public static Plan compile(Kernel kernel, long namespaces, String hostname, List<SysctlWrite> sysctls) {
        PlanBuilder plan = new PlanBuilder(PlanKind.POD, kernel);
        if (namespaces != 0) {
            plan.unshare(namespaces);
        }
        if ((namespaces & Namespaces.UTS) != 0) {
            plan.hostname(hostname);
        }
        if ((namespaces & Namespaces.NET) != 0) {
            plan.loopback();
        }
        if (!sysctls.isEmpty()) {
            Register proc = plan.newFs("proc", Map.of(), MountFlags.INERT);
            for (SysctlWrite sysctl : sysctls) {
                String purpose = "setting the sysctl %s to %s".formatted(sysctl.path(), sysctl.value());
                plan.write(purpose, proc, sysctl.path(), sysctl.value(), 0);
            }
        }
        return plan.build();
    }

    /** Compiles the reaper of a shared pid namespace. */
    public static Plan pause(Kernel kernel, CgroupEntry cgroup) {
        PlanBuilder plan = new PlanBuilder(PlanKind.PAUSE, kernel);
        plan.cloneFlags(Namespaces.PID | Namespaces.MOUNT);
        cgroup.into(plan);
        plan.session();
        plan.pause();
        return plan.build();
    }
}
