package dev.berth.runtime.launch;

import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.Stdio;
import dev.berth.runtime.testing.FakeKernel;
import dev.berth.runtime.testing.PlanText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Container specifications for tests of their compilation: a usual one, from which a test changes what it is about. */
final class Specs {
    final FakeKernel kernel = new FakeKernel();
    final List<BindMount> mounts = new ArrayList<>();
    final List<DeviceNode> devices = new ArrayList<>();
    List<String> masked = List.of();
    List<String> readonly = List.of();
    List<Rlimit> rlimits = List.of();
    List<String> arguments = List.of("sh", "-c", "true");
    CgroupView view = new CgroupView.Unified(false);
    Stdio stdio = Stdio.container(false, false, false);

    @Nullable
    String pidTarget = "";

    @Nullable
    Bpf seccomp;

    String apparmor = "";
    String selinux = "";
    ContainerSpec.FileLabel label = ContainerSpec.FileLabel.NONE;
    ProcessSpec.OomScore oomScore = new ProcessSpec.OomScore(0, true);
    boolean readonlyRoot;
    boolean privileged;
    boolean noNewPrivs;
    boolean log;
    boolean cgroupV1;
    long rootPropagation = 1 << 18;

    IdMap ids = IdMap.NODE;
    private final Map<Integer, String> names = new HashMap<>();

    /** A descriptor that plans name so. */
    int descriptor(String name) {
        int fd = kernel.descriptor();
        names.put(fd, name);
        return fd;
    }

    Specs mount(String path, boolean directory) {
        mounts.add(new BindMount(descriptor("mount:" + path), path, directory));
        return this;
    }

    Specs device(String path, int mode, int major, int minor) {
        devices.add(new DeviceNode(path, mode, (long) major << 8 | minor, 0, 6));
        return this;
    }

    ProcessSpec process() {
        return new ProcessSpec(
                arguments,
                List.of("PATH=/bin:/usr/bin", "HOME=/root"),
                "/work",
                new ProcessSpec.Identity(1000, 1001, List.of(1001, 20)),
                new ProcessSpec.Capabilities(0x3, 0x7, 0x1),
                noNewPrivs,
                seccomp,
                apparmor,
                selinux,
                oomScore,
                rlimits);
    }

    CgroupEntry cgroup() {
        return cgroupV1
                ? new CgroupEntry(null, List.of(descriptor("cpu.procs"), descriptor("memory.procs")))
                : new CgroupEntry(descriptor("cgroup"), List.of());
    }

    private UserNamespace userNamespace() {
        return ids.own() ? new UserNamespace(descriptor("userns"), ids) : UserNamespace.NODE;
    }

    ContainerSpec spec() {
        return new ContainerSpec(
                process(),
                descriptor("root"),
                rootPropagation,
                readonlyRoot,
                privileged,
                label,
                pidTarget,
                userNamespace(),
                mounts,
                devices,
                masked,
                readonly,
                cgroup(),
                view,
                new ContainerSpec.Output(
                        stdio,
                        log ? (Integer) descriptor("logs") : null,
                        log ? "0.log" : "",
                        descriptor("devnull"),
                        descriptor("oom")));
    }

    Plan compile() {
        return ContainerPlan.compile(kernel, spec());
    }

    List<String> operations() {
        return operations(compile());
    }

    List<String> operations(Plan plan) {
        return PlanText.operations(plan, names);
    }

    String header() {
        return header(compile());
    }

    String header(Plan plan) {
        return PlanText.header(plan, names);
    }
}
