package dev.berth.runtime.launch;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Stat;
import dev.berth.runtime.plan.Op;
import dev.berth.runtime.plan.PlanBuilder;
import dev.berth.runtime.plan.Register;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What is put below the root of a container. */
final class ContainerRoot {
    private static final String DEV = "/dev";
    private static final int TTY_GROUP = 5;

    private final PlanBuilder plan;
    private final ContainerSpec spec;
    private final Register root;
    private final IdMap ids;
    private Register devpts = Register.NONE;

    ContainerRoot(PlanBuilder plan, ContainerSpec spec, Register root) {
        this.plan = plan;
        this.spec = spec;
        this.root = root;
        this.ids = spec.userNamespace().ids();
    }

    /** A sysfs of the pod's network namespace with the cgroups in it, but for those of a cgroup namespace of its own. */
    Register sys() {
        long readOnly = spec.privileged() ? 0 : MountFlags.READ_ONLY;
        Register sys = plan.newFs("sysfs", Map.of(), MountFlags.INERT | readOnly);
        plan.mkdir(root, "/sys", 0755);
        plan.move(sys, root, "/sys", Op.NOFOLLOW);
        switch (spec.cgroupView()) {
            case CgroupView.Unified _ -> {}
            case CgroupView.Host(int mount) -> plan.move(plan.pass(mount), sys, "fs/cgroup", 0);
            case CgroupView.Hierarchies(List<CgroupView.Hierarchy> hierarchies) -> hierarchies(sys, hierarchies);
        }
        return sys;
    }

    private void hierarchies(Register sys, List<CgroupView.Hierarchy> hierarchies) {
        Register tmpfs = tmpfs(Map.of("mode", "755"), MountFlags.INERT);
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

    /** A tmpfs of the container's root. */
    private Register tmpfs(Map<String, String> options, long attributes) {
        Map<String, String> all = new HashMap<>(options);
        if (ids.own()) {
            all.put("uid", Integer.toUnsignedString(ids.host(0)));
            all.put("gid", Integer.toUnsignedString(ids.host(0)));
        }
        return plan.newFs("tmpfs", spec.label().among(all), attributes);
    }

    /** Whether /dev is ours, and not a mount of the container's. */
    static boolean ownsDev(ContainerSpec spec) {
        return spec.mounts().stream().noneMatch(mount -> mount.path().equals(DEV));
    }

    /** A fresh /dev; when the container brings one of its own nothing is made in it, and none of its nodes is trusted. */
    Register dev() {
        Register dev = tmpfs(Map.of("mode", "755", "size", "65536k"), Kernel.MOUNT_ATTR_NOSUID);
        if (ownsDev(spec)) {
            plan.mkdir(root, DEV, 0755);
            plan.move(dev, root, DEV, Op.NOFOLLOW);
        }
        DefaultDevices.NODES.forEach(device -> node(dev, device.path(), device));
        if (ownsDev(spec)) {
            devLinksAndMounts(dev);
        }
        return dev;
    }

    private void devLinksAndMounts(Register dev) {
        DefaultDevices.LINKS.forEach((name, target) -> plan.symlink(dev, name, target));
        plan.mkdir(dev, "pts", 0755);
        if (!ids.own()) {
            devpts = newDevpts();
            plan.move(devpts, dev, "pts", 0);
        }
        plan.mkdir(dev, "mqueue", 0755);
        Register queues = plan.newFs("mqueue", Map.of(), MountFlags.INERT);
        if (spec.label().queues()) {
            // All mounts of an ipc namespace's queues are one file system, which takes no option of a second one.
            plan.label(queues, spec.label().text());
        }
        plan.move(queues, dev, "mqueue", 0);
    }

    Register devpts() {
        return devpts;
    }

    /** The terminals of a user namespace, whose own process makes them. */
    void devptsInside() {
        plan.move(newDevpts(), root, "/dev/pts", 0);
    }

    private Register newDevpts() {
        Map<String, String> options = new HashMap<>(Map.of("newinstance", "", "ptmxmode", "0666", "mode", "0620"));
        if (ids.holds(TTY_GROUP)) {
            options.put("gid", Integer.toString(TTY_GROUP));
        }
        return plan.newFs("devpts", spec.label().among(options), Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NOEXEC);
    }

    /** The terminal of the first process, which is also its console. */
    void terminal(Register dev, Register devpts) {
        plan.pty(devpts, TerminalOwner.of(spec.process().identity()));
        Register console = plan.clone(devpts, "0", 0);
        plan.mkfile(dev, "console", 0600);
        plan.move(console, dev, "console", 0);
    }

    /** Of nodes with one path the last counts. What a mount of the container brings is not made in it: it may be the node's. */
    void devices() {
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
        plan.mknod(dir, path, (device.mode() & Stat.S_IFMT) | mode, device.device(), device.owner(ids));
    }

    void mounts() {
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

    /** Masks paths with a null device that {@code nullNode} gets. */
    void maskedPaths(Supplier<Register> nullNode, Predicate<String> which) {
        List<String> paths = spec.maskedPaths().stream().filter(which).toList();
        if (paths.isEmpty()) {
            return;
        }
        // All masked directories share one empty file system: many super blocks a container cost many kernels their
        // memory.
        Map<String, String> options = spec.label().among(Map.of("mode", "0", "nr_inodes", "1", "size", "0"));
        Register empty = plan.newFs("tmpfs", options, MountFlags.INERT | MountFlags.READ_ONLY);
        Register node = nullNode.get();
        paths.forEach(path -> plan.mask(root, path, empty, node));
    }

    void readonlyPaths(Predicate<String> which) {
        spec.readonlyPaths().stream().filter(which).forEach(this::readonlyPath);
    }

    private void readonlyPath(String path) {
        Register clone = plan.clone(root, path, Op.OPTIONAL | Op.RECURSIVE);
        plan.setattr("making " + path + " read-only", clone, MountFlags.READ_ONLY, 0, Op.RECURSIVE);
        plan.move(clone, root, path, 0);
    }
}
