package dev.berth.runtime.launch;

import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.Stdio;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A container, ready to be compiled: every descriptor in it is pinned, prepared and taken over by the plan.
 *
 * @param root the detached root file system
 * @param rootPropagation 0, or the MS_ flag for the container's root
 * @param userNamespace the pod's; descriptors in here were made by the node's root all the same
 * @param label of its files
 * @param pidTarget the process whose pid namespace is joined; empty for a namespace of its own, null for the node's
 */
public record ContainerSpec(
        ProcessSpec process,
        int root,
        long rootPropagation,
        boolean readonlyRoot,
        boolean privileged,
        FileLabel label,
        @Nullable String pidTarget,
        UserNamespace userNamespace,
        List<BindMount> mounts,
        List<DeviceNode> devices,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        CgroupEntry cgroup,
        CgroupView cgroupView,
        Output output) {

    /**
     * Where its streams go.
     *
     * @param logDirectory the directory of the log, null for none; the plan takes it over
     * @param stdin a descriptor of /dev/null that the plan takes over
     * @param oomFile the cgroup's file with the line {@code oom_kill}, null for none; the plan takes it over
     */
    public record Output(
            Stdio stdio,
            @Nullable Integer logDirectory,
            String logName,
            int stdin,
            @Nullable Integer oomFile) {
        /** Says in a plan where the log goes and where OOM kills are counted. */
        void logAndOomInto(PlanBuilder plan) {
            if (logDirectory != null) {
                plan.log(plan.pass(logDirectory), logName);
            }
            if (oomFile != null) {
                plan.oomFile(plan.pass(oomFile));
            }
        }
    }

    /**
     * The SELinux label of what is made for the container.
     *
     * @param text empty for none
     * @param queues whether /dev/mqueue gets it; not where it is the node's
     */
    public record FileLabel(String text, boolean queues) {
        public static final FileLabel NONE = new FileLabel("", false);

        /** Options of a file system, with the label among them. */
        Map<String, String> among(Map<String, String> options) {
            if (text.isEmpty()) {
                return options;
            }
            Map<String, String> all = new HashMap<>(options);
            all.put("context", text);
            return all;
        }
    }

    /** The same container with another way into its cgroup. */
    public ContainerSpec entering(CgroupEntry other) {
        return new ContainerSpec(
                process,
                root,
                rootPropagation,
                readonlyRoot,
                privileged,
                label,
                pidTarget,
                userNamespace,
                mounts,
                devices,
                maskedPaths,
                readonlyPaths,
                other,
                cgroupView,
                output);
    }

    /** Every descriptor in it. */
    public List<Integer> descriptors() {
        List<Integer> all = new ArrayList<>(List.of(root, output.stdin()));
        mounts.stream().filter(mount -> !mount.isOfRoot()).forEach(mount -> all.add(mount.mount()));
        all.addAll(userNamespace.descriptors());
        all.addAll(cgroup.descriptors());
        all.addAll(cgroupView.descriptors());
        Stream.of(output.logDirectory(), output.oomFile())
                .filter(Objects::nonNull)
                .forEach(all::add);
        return all;
    }

    public ContainerSpec {
        mounts = List.copyOf(mounts);
        devices = List.copyOf(devices);
        maskedPaths = List.copyOf(maskedPaths);
        readonlyPaths = List.copyOf(readonlyPaths);
    }
}
