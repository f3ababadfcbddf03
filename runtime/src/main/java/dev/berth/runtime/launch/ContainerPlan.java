package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Stat;
import dev.berth.runtime.plan.Op;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.PlanKind;
import dev.berth.runtime.plan.Register;
import dev.berth.runtime.plan.Stdio;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles the first process of a container. The order is the security of it: the root first, then /proc, /sys and a /dev of our
 * own, then the mounts that were asked for, then masks and read-only paths over all of them, then read-only on the root itself,
 * then the pivot, then privileges.
 */
public final class ContainerPlan {
    private static final String DEV = "/dev";

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
        plan.session();
        plan.keyring();
        Register proc = plan.newFs("proc", Map.of(), MountFlags.INERT);
        ProcessTail.score(plan, proc, spec.process());
        plan.attach(root, spec.rootPropagation());
        procAndSys();
        Register dev = dev();
        mounts();
        devices();
        maskedPaths(dev);
        spec.readonlyPaths().forEach(this::readonlyPath);
        if (spec.readonlyRoot()) {
            plan.setattr("making the root read-only", root, MountFlags.READ_ONLY, 0, 0);
        }
        plan.pivot(root);
        plan.cwd(spec.process().cwd(), true);
        ProcessTail.finish(plan, proc, spec.process());
        return plan.build();
    }

    private void header() {
        ContainerSpec.Output output = spec.output();
        String target = spec.pidTarget();
        long pid = target != null && target.isEmpty() ? Namespaces.PID : 0;
        boolean cgroupNamespace = spec.cgroupView() instanceof CgroupView.Unified;
        plan.cloneFlags(Namespaces.MOUNT | pid | (cgroupNamespace ? Namespaces.CGROUP : 0));
        if (target != null && !target.isEmpty()) {
            plan.target(target);
        }
        ProcessSpec.Identity identity = spec.process().identity();
        plan.stdio(output.stdio())
                .owner(identity.uid(), identity.gid())
                .streams(plan.pass(output.stdin()), Register.NONE, Register.NONE);
        Integer log = output.logDirectory();
        if (log != null) {
            plan.log(plan.pass(log), output.logName());
        }
        Integer oom = output.oomFile();
        if (oom != null) {
            plan.oomFile(plan.pass(oom));
        }
    }

    private void procAndSys() {
        plan.mkdir(root, "/proc", 0755);
        plan.move(plan.newFs("proc", Map.of(), MountFlags.INERT), root, "/proc", Op.NOFOLLOW);
        long readOnly = spec.privileged() ? 0 : MountFlags.READ_ONLY;
        Register sys = plan.newFs("sysfs", Map.of(), MountFlags.INERT | readOnly);
        plan.mkdir(root, "/sys", 0755);
        plan.move(sys, root, "/sys", Op.NOFOLLOW);
        switch (spec.cgroupView()) {
            case CgroupView.Unified(boolean writable) ->
                plan.move(
                        plan.newFs("cgroup2", Map.of(), MountFlags.INERT | (writable ? 0 : readOnly)),
                        sys,
                        "fs/cgroup",
                        0);
            case CgroupView.Host(int mount) -> plan.move(plan.pass(mount), sys, "fs/cgroup", 0);
            case CgroupView.Hierarchies(List<CgroupView.Hierarchy> hierarchies) -> hierarchies(sys, hierarchies);
        }
    }

    private void hierarchies(Register sys, List<CgroupView.Hierarchy> hierarchies) {
        Register tmpfs = plan.newFs("tmpfs", Map.of("mode", "755"), MountFlags.INERT);
        plan.move(tmpfs, sys, "fs/cgroup", 0);
        for (CgroupView.Hierarchy hierarchy : hierarchies) {
            plan.mkdir(tmpfs, hierarchy.name(), 0755);
            plan.move(plan.pass(hierarchy.mount()), tmpfs, hierarchy.name(), 0);
            for (String alias : hierarchy.name().split(",", -1)) {
                if (!alias.equals(hierarchy.name())) {
                    plan.symlink(tmpfs, alias, hierarchy.name());
                }
            }
        }
        if (!spec.privileged()) {
            plan.setattr("making /sys/fs/cgroup read-only", tmpfs, MountFlags.READ_ONLY, 0, 0);
        }
    }

    private boolean ownsDev() {
        return spec.mounts().stream().noneMatch(mount -> mount.path().equals(DEV));
    }

    /** A fresh /dev; when the container brings one of its own nothing is made in it, and none of its nodes is trusted. */
    private Register dev() {
        Register dev = plan.newFs("tmpfs", Map.of("mode", "755", "size", "65536k"), Kernel.MOUNT_ATTR_NOSUID);
        if (ownsDev()) {
            plan.mkdir(root, DEV, 0755);
            plan.move(dev, root, DEV, Op.NOFOLLOW);
        }
        DefaultDevices.NODES.forEach(device -> node(dev, device.path(), device));
        if (ownsDev()) {
            devLinksAndMounts(dev);
        }
        return dev;
    }

    private void devLinksAndMounts(Register dev) {
        DefaultDevices.LINKS.forEach((name, target) -> plan.symlink(dev, name, target));
        plan.mkdir(dev, "pts", 0755);
        Register devpts = plan.newFs(
                "devpts",
                Map.of("newinstance", "", "ptmxmode", "0666", "mode", "0620", "gid", "5"),
                Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NOEXEC);
        plan.move(devpts, dev, "pts", 0);
        plan.mkdir(dev, "mqueue", 0755);
        plan.move(plan.newFs("mqueue", Map.of(), MountFlags.INERT), dev, "mqueue", 0);
        if ((spec.output().stdio().bits() & Stdio.TTY) != 0) {
            plan.pty(devpts, TerminalOwner.of(spec.process().identity()));
            Register console = plan.clone(devpts, "0", 0);
            plan.mkfile(dev, "console", 0600);
            plan.move(console, dev, "console", 0);
        }
    }

    /** Of nodes with one path the last counts. What a mount of the container brings is not made in it: it may be the node's. */
    private void devices() {
        Map<String, DeviceNode> byPath = new LinkedHashMap<>();
        spec.devices().forEach(device -> byPath.put(device.path(), device));
        DefaultDevices.NODES.forEach(device -> byPath.remove(DEV + "/" + device.path()));
        byPath.keySet().removeIf(path -> spec.mounts().stream().anyMatch(mount -> mount.covers(path)));
        byPath.forEach((path, device) -> node(root, path, device));
    }

    private void node(Register dir, String path, DeviceNode device) {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            plan.mkdir(dir, path.substring(0, slash), 0755);
        }
        int mode = device.mode() & ~Stat.S_IFMT;
        plan.mknod(dir, path, (device.mode() & Stat.S_IFMT) | mode, device.device(), device.owner());
    }

    private void mounts() {
        List<BindMount> ordered = spec.mounts().stream()
                .sorted(Comparator.comparingInt(BindMount::depth))
                .toList();
        for (BindMount mount : ordered) {
            if (mount.directory()) {
                plan.mkdir(root, mount.path(), 0755);
            } else {
                plan.mkfile(root, mount.path(), 0644);
            }
            Register tree = mount.isOfRoot() ? plan.clone(root, mount.path(), 0) : plan.pass(mount.mount());
            plan.move(tree, root, mount.path(), 0);
        }
    }

    /** All masked directories share one empty file system: many super blocks a container cost many kernels their memory. */
    private void maskedPaths(Register dev) {
        if (spec.maskedPaths().isEmpty()) {
            return;
        }
        Register empty = plan.newFs(
                "tmpfs", Map.of("mode", "0", "nr_inodes", "1", "size", "0"), MountFlags.INERT | MountFlags.READ_ONLY);
        Register nullNode = plan.clone(dev, "null", 0);
        spec.maskedPaths().forEach(path -> plan.mask(root, path, empty, nullNode));
    }

    private void readonlyPath(String path) {
        Register clone = plan.clone(root, path, Op.OPTIONAL | Op.RECURSIVE);
        plan.setattr("making " + path + " read-only", clone, MountFlags.READ_ONLY, 0, Op.RECURSIVE);
        plan.move(clone, root, path, 0);
    }
}
