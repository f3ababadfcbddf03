package dev.berth.runtime.launch;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.Register;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a process gets into its cgroup, as descriptors that the plan takes over.
 *
 * @param directory a cgroup v2 directory to be cloned into, null where there is none
 * @param tasks {@code tasks} of cgroup v1 hierarchies, which the process writes itself to
 */
public record CgroupEntry(@Nullable Integer directory, List<Integer> tasks) {
    public CgroupEntry {
        tasks = List.copyOf(tasks);
    }

    /** The process stays in the cgroup of its shim. */
    public static CgroupEntry none() {
        return new CgroupEntry(null, List.of());
    }

    /** Opens what leads into a cgroup. */
    public static CgroupEntry open(Cgroup cgroup) {
        Fd directory = cgroup.openV2();
        return new CgroupEntry(
                directory == null ? null : directory.release(),
                cgroup.openTasks().stream().map(Fd::release).toList());
    }

    /**
     * What is left to do for a program that enters cgroups itself: nothing on a pure v2 node, where it refuses a cgroup that holds a
     * process, and the v2 tree beside v1 ones, which it does not know. Closes the rest.
     *
     * @param unified whether the node has a v2 tree and no other
     */
    public CgroupEntry forProgramThatEnters(Kernel kernel, boolean unified) {
        tasks.forEach(kernel::close);
        if (unified && directory != null) {
            kernel.close(directory);
        }
        return new CgroupEntry(unified ? null : directory, List.of());
    }

    void into(PlanBuilder plan) {
        if (directory != null) {
            plan.intoCgroup(plan.pass(directory));
        }
        for (int file : tasks) {
            Register register = plan.pass(file);
            plan.cgroup(register);
        }
    }

    /** Closes the descriptors when no plan took them. */
    public void close(Kernel kernel) {
        descriptors().forEach(kernel::close);
    }

    List<Integer> descriptors() {
        List<Integer> all = new ArrayList<>(tasks);
        if (directory != null) {
            all.add(directory);
        }
        return all;
    }
}
