package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.KernelFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Makes one cgroup on every tree, in the order that lets its limits be set before a process enters. */
final class CgroupCreation {
    private static final Logger LOG = System.getLogger(CgroupCreation.class.getName());
    private static final List<String> ENABLED = List.of("cpu", "cpuset", "io", "memory", "pids", "hugetlb");
    private static final List<String> CPUSET_FILES = List.of("cpuset.cpus", "cpuset.mems");

    private static final String SCOPE = ".scope";

    private final Cgroups node;
    private final List<CgroupHierarchy> trees;
    private final CgroupSpec spec;

    CgroupCreation(Cgroups node, List<CgroupHierarchy> trees, CgroupSpec spec) {
        this.node = node;
        this.trees = trees;
        this.spec = spec;
    }

    void run(Cgroup cgroup) {
        for (CgroupHierarchy tree : trees) {
            Set<String> wanted = tree.v2() ? controllersToEnable(tree) : Set.of();
            Path directory = tree.directory(cgroup.path());
            if (!wanted.isEmpty() || !node.mkdirInParent(directory)) {
                makeParents(tree, wanted);
                node.mkdir(directory);
            }
        }
        List<String> cpuset = parentCpuset();
        new CgroupUpdate(node, cgroup).applyFirst(spec.resources());
        fillCpuset(cgroup, cpuset);
        restrictDevices(cgroup);
    }

    private void makeParents(CgroupHierarchy tree, Set<String> wanted) {
        Path directory = tree.root();
        enable(directory, wanted);
        for (Path name : tree.root().relativize(tree.directory(spec.parent()))) {
            if (name.toString().isEmpty()) {
                return;
            }
            directory = directory.resolve(name);
            makeParent(directory);
            enable(directory, wanted);
        }
    }

    /** A scope is systemd's to make, and ends with its last process: one made here would be nobody's. */
    private void makeParent(Path directory) {
        if (!directory.toString().endsWith(SCOPE)) {
            node.mkdir(directory);
        } else if (!node.files().exists(directory)) {
            throw CgroupFailure.kernel(
                    "The scope %s has ended with its last process, so nothing can be started in it."
                            .formatted(directory),
                    null);
        }
    }

    /** On the v2 tree beside v1 trees only what this cgroup needs, because there other software may own the tree. */
    private Set<String> controllersToEnable(CgroupHierarchy tree) {
        Set<String> wanted = new LinkedHashSet<>();
        if (node.layout() instanceof CgroupLayout.V2) {
            wanted.addAll(ENABLED);
        }
        if (spec.resources().hugepages().stream().anyMatch(limit -> limit.limit() != 0)) {
            wanted.add("hugetlb");
        }
        for (String file : spec.resources().unified().keySet()) {
            wanted.add(file.substring(0, Math.max(file.indexOf('.'), 0)));
        }
        wanted.retainAll(tree.controllers());
        return wanted;
    }

    /** A controller that cannot be enabled is no failure yet: it is one when a limit needs it. */
    private void enable(Path directory, Set<String> wanted) {
        if (wanted.isEmpty()) {
            return;
        }
        Path file = directory.resolve("cgroup.subtree_control");
        Set<String> missing = new LinkedHashSet<>(wanted);
        missing.removeAll(names(file));
        if (missing.isEmpty()) {
            return;
        }
        missing.retainAll(names(directory.resolve("cgroup.controllers")));
        for (String controller : missing) {
            try {
                node.files().write(file, "+" + controller);
            } catch (KernelFailure failure) {
                LOG.log(Level.DEBUG, "controller {0} stays off below {1}: {2}", controller, directory, failure);
            }
        }
    }

    private Set<String> names(Path file) {
        String text = node.files().read(file);
        return text == null || text.isBlank() ? Set.of() : Set.of(text.strip().split("\\s+", -1));
    }

    /** A new v1 cpuset is empty, and takes no value and no process until the lists of its parent, and then its own, are set. */
    private List<String> parentCpuset() {
        CgroupHierarchy tree = node.layout().of("cpuset");
        if (tree == null || tree.v2()) {
            return List.of();
        }
        return CPUSET_FILES.stream()
                .map(file -> filled(tree, tree.directory(spec.parent()), file))
                .toList();
    }

    /** The value of a directory's file, which is first given the value of the directory above when it is empty. */
    private String filled(CgroupHierarchy tree, Path directory, String file) {
        String own = node.files().read(directory.resolve(file));
        if ((own != null && !own.isBlank()) || directory.equals(tree.root())) {
            return own == null ? "" : own;
        }
        String inherited = filled(tree, Objects.requireNonNull(directory.getParent()), file);
        write(directory.resolve(file), inherited);
        return inherited;
    }

    private void fillCpuset(Cgroup cgroup, List<String> inherited) {
        CgroupResources.Cpu asked = spec.resources().cpu();
        Path directory = cgroup.directory("cpuset");
        if (!inherited.isEmpty() && directory != null) {
            if (asked.cpus().isEmpty()) {
                write(directory.resolve(CPUSET_FILES.getFirst()), inherited.getFirst());
            }
            if (asked.mems().isEmpty()) {
                write(directory.resolve(CPUSET_FILES.getLast()), inherited.getLast());
            }
        }
    }

    private void write(Path file, String value) {
        try {
            node.files().write(file, value);
        } catch (KernelFailure failure) {
            throw CgroupFailure.kernel("Cannot give %s the value of the cgroup above it.".formatted(file), failure);
        }
    }

    private void restrictDevices(Cgroup cgroup) {
        if (spec.devices() instanceof DevicePolicy.Only(List<DeviceRule> rules)) {
            Path v1 = cgroup.directory("devices");
            try {
                if (v1 != null) {
                    node.files().write(v1.resolve("devices.deny"), "a");
                    rules.forEach(rule -> node.files().write(v1.resolve("devices.allow"), rule.line()));
                } else {
                    attach(cgroup, rules);
                }
            } catch (KernelFailure failure) {
                throw CgroupFailure.kernel("Cannot restrict the devices of %s.".formatted(cgroup), failure);
            }
        }
    }

    private void attach(Cgroup cgroup, List<DeviceRule> rules) {
        try (Fd directory = cgroup.openV2()) {
            if (directory == null) {
                throw CgroupFailure.kernel(
                        "This kernel has no way to restrict devices: neither cgroup v2 nor the v1 controller.", null);
            }
            node.kernel().attachDeviceProgram(directory.number(), DeviceProgram.compile(rules));
        }
    }
}
