package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The cgroup trees of this node: makes, opens and finds cgroups. Safe for use by many threads. */
public final class Cgroups {
    /** Trees that hold none of these are left alone: every tree joined costs time at each start of a container. */
    private static final Set<String> JOINED =
            Set.of("cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "blkio", "hugetlb", "name=systemd");

    /** Trees to list processes from where there is no v2 tree, best first. */
    private static final List<String> KILL_FROM = List.of("pids", "cpuacct", "cpu", "memory");

    private static final int DEEPEST = 10;

    private final CgroupLayout layout;
    private final CgroupFiles files;
    private final Kernel kernel;
    private final CgroupWrites writes;
    private final List<CgroupHierarchy> trees;
    private final CgroupHierarchy killTree;
    private final Set<String> pageSizes;

    Cgroups(CgroupLayout layout, CgroupFiles files, Kernel kernel, Set<String> pageSizes) {
        this.layout = layout;
        this.files = files;
        this.kernel = kernel;
        this.pageSizes = Set.copyOf(pageSizes);
        this.writes = new CgroupWrites(layout, pageSizes);
        this.trees = layout.hierarchies().stream()
                .filter(tree -> tree.v2() || tree.controllers().stream().anyMatch(JOINED::contains))
                .toList();
        this.killTree = killTree();
    }

    public Cgroups(CgroupLayout layout, Kernel kernel) {
        this(layout, new KernelFiles(kernel), kernel, HugePages.sizes(HugePages.DIRECTORY));
    }

    /** The cgroups that this process sees. */
    public static Cgroups ofThisNode(Kernel kernel) {
        return new Cgroups(CgroupLayout.detect(Path.of("/proc/self/mountinfo")), kernel);
    }

    public CgroupLayout layout() {
        return layout;
    }

    /**
     * Makes a cgroup with its limits and device rules in force, before any process can be in it. Parents that do not exist are
     * made. After a failure nothing of it is left but parents.
     *
     * @throws CgroupFailure when a limit cannot be given
     */
    public Cgroup create(CgroupSpec spec) {
        checkPresent(spec.resources());
        Cgroup cgroup = open(CgroupPaths.join(spec.parent(), spec.name()));
        if (cgroup.isPopulated()) {
            throw CgroupFailure.kernel(
                    "The cgroup %s exists and holds processes %s.".formatted(cgroup, cgroup.pids()), null);
        }
        try {
            new CgroupCreation(this, trees, spec).run(cgroup);
        } catch (CgroupFailure failure) {
            removeAfter(failure, cgroup);
            throw failure;
        }
        return cgroup;
    }

    private static void removeAfter(CgroupFailure failure, Cgroup cgroup) {
        try {
            cgroup.remove();
        } catch (CgroupFailure second) {
            failure.addSuppressed(second);
        }
    }

    /** Removes what others have made at a path on trees that are not used here, such as the freezer's; nothing may run in it. */
    public void removeElsewhere(String path) {
        for (CgroupHierarchy tree : layout.hierarchies()) {
            if (!trees.contains(tree)) {
                deepestFirst(tree.directory(path)).forEach(files::rmdir);
            }
        }
    }

    /** A cgroup by its absolute path, whether it exists or not. */
    public Cgroup open(String path) {
        Map<CgroupHierarchy, Path> directories = new LinkedHashMap<>();
        trees.forEach(tree -> directories.put(tree, tree.directory(path)));
        return new Cgroup(this, path, directories, directories.keySet(), killTree);
    }

    /**
     * Finds cgroups by their name on any tree, for what a crash left behind.
     *
     * @param prefix how the last name of the path begins, as {@code berth-}
     * @param parents where to look, ten levels deep; what is below a match is not looked at
     */
    public List<Cgroup> sweep(String prefix, List<String> parents) {
        Set<String> found = new TreeSet<>();
        for (CgroupHierarchy tree : trees) {
            parents.forEach(parent -> find(tree, tree.directory(parent), prefix, DEEPEST, found));
        }
        return found.stream().map(this::open).toList();
    }

    private void find(CgroupHierarchy tree, Path directory, String prefix, int depth, Set<String> found) {
        for (Path child : files.children(directory)) {
            if (child.getFileName().toString().startsWith(prefix)) {
                found.add("/" + tree.root().relativize(child));
            } else if (depth > 1) {
                find(tree, child, prefix, depth - 1, found);
            }
        }
    }

    /** Directories at and below, children before parents. */
    List<Path> deepestFirst(Path directory) {
        List<Path> all = new ArrayList<>();
        files.children(directory).forEach(child -> all.addAll(deepestFirst(child)));
        all.add(directory);
        return all;
    }

    void mkdir(Path directory) {
        if (!mkdirInParent(directory)) {
            throw CgroupFailure.kernel("Cannot make the cgroup %s: there is none above it.".formatted(directory), null);
        }
    }

    /** Makes a cgroup where the one above exists, which is the case for all but the first of a pod; false where it does not. */
    boolean mkdirInParent(Path directory) {
        try {
            files.mkdir(directory);
            return true;
        } catch (KernelFailure failure) {
            if (failure.is(Errno.ENOENT)) {
                return false;
            }
            throw CgroupFailure.kernel("Cannot make the cgroup %s.".formatted(directory), failure);
        }
    }

    /** The v2 kernel takes a cpuset that the node does not have and silently uses the parent's, so this is checked here. */
    void checkPresent(CgroupResources resources) {
        checkPresent("cpuset_cpus", resources.cpu().cpus(), "cpuset.cpus");
        checkPresent("cpuset_mems", resources.cpu().mems(), "cpuset.mems");
    }

    private void checkPresent(String asked, String wanted, String file) {
        CgroupHierarchy tree = layout.of("cpuset");
        if (!wanted.isEmpty() && tree != null) {
            String present = files.read(tree.root().resolve(tree.v2() ? file + ".effective" : file));
            if (present != null) {
                CpuList.check(asked, wanted, present);
            }
        }
    }

    private CgroupHierarchy killTree() {
        if (trees.isEmpty()) {
            throw CgroupFailure.kernel("None of the mounted cgroup trees is of use: %s.".formatted(layout), null);
        }
        if (trees.getFirst().v2()) {
            return trees.getFirst();
        }
        return KILL_FROM.stream()
                .flatMap(controller ->
                        trees.stream().filter(tree -> tree.controllers().contains(controller)))
                .findFirst()
                .orElse(trees.getFirst());
    }

    CgroupFiles files() {
        return files;
    }

    Kernel kernel() {
        return kernel;
    }

    /** Sizes of huge pages, as in file names; a kernel's do not change while it runs. */
    Set<String> pageSizes() {
        return pageSizes;
    }

    CgroupWrites writes() {
        return writes;
    }
}
