package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup of one container, pod or exec: a directory on every tree. It is a name, not a resource: nothing is open, and it may
 * not exist any more. Failures are {@link CgroupFailure}.
 */
public final class Cgroup implements CgroupValues {
    private static final Duration DEATH = Duration.ofSeconds(10);

    private final Cgroups node;
    private final String path;
    private final Map<CgroupHierarchy, Path> directories;
    private final Set<CgroupHierarchy> owned;
    private final CgroupHierarchy killTree;

    /**
     * @param owned the trees on which the directory is this cgroup's alone
     * @param killTree the tree whose list of processes is used; a v2 tree where there is one
     */
    Cgroup(
            Cgroups node,
            String path,
            Map<CgroupHierarchy, Path> directories,
            Set<CgroupHierarchy> owned,
            CgroupHierarchy killTree) {
        this.node = node;
        this.path = path;
        this.directories = directories;
        this.owned = owned;
        this.killTree = killTree;
    }

    /** The path below the root of each tree, as {@code /kubepods/pod1/berth-3f}. */
    public String path() {
        return path;
    }

    /** The last name of the path. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether the cgroup is there on at least one tree. */
    public boolean exists() {
        return owned.stream().anyMatch(tree -> node.files().exists(directory(tree)));
    }

    /** The directory on each tree. */
    public Map<CgroupHierarchy, Path> directories() {
        return Collections.unmodifiableMap(directories);
    }

    /** The directory on the v2 tree, or null when none is mounted. */
    public @Nullable Path v2Directory() {
        return directories.entrySet().stream()
                .filter(entry -> entry.getKey().v2())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** An O_PATH descriptor of the v2 directory, for CLONE_INTO_CGROUP; null when no v2 tree is mounted. */
    public @Nullable Fd openV2() {
        Path directory = v2Directory();
        return directory == null ? null : open(directory, Kernel.O_PATH | Kernel.O_DIRECTORY);
    }

    /**
     * A descriptor of {@code tasks} on each v1 tree: a process of one thread enters by writing 0 to each. Unlike {@code
     * cgroup.procs}, this moves the writer without the kernel's lock over all thread groups, whose first taker waits several
     * milliseconds for an RCU grace period.
     */
    public List<Fd> openTasks() {
        List<Fd> open = new ArrayList<>();
        try {
            directories.forEach((tree, directory) -> {
                if (!tree.v2()) {
                    open.add(open(directory.resolve("tasks"), Kernel.O_WRONLY));
                }
            });
        } catch (CgroupFailure failure) {
            open.forEach(Fd::close);
            throw failure;
        }
        return open;
    }

    /** The file that counts OOM kills: {@code memory.events} on v2, {@code memory.oom_control} on v1. */
    public Fd openOomFile() {
        return open(required("memory").resolve(oomFile()), Kernel.O_RDONLY);
    }

    /** Processes of this cgroup and those below that the kernel killed for lack of memory; 0 when it does not exist. */
    public long oomKills() {
        return oomKills(read("memory", oomFile()));
    }

    /** The count in the text of an OOM file. */
    public static long oomKills(@Nullable String oomFileText) {
        return StatText.flatKeyed(oomFileText).getOrDefault("oom_kill", 0L);
    }

    private String oomFile() {
        CgroupHierarchy tree = node.layout().of("memory");
        return tree != null && tree.v2() ? "memory.events" : "memory.oom_control";
    }

    /** What the cgroup uses now. */
    public CgroupStats stats() {
        return CgroupStats.read(this, CgroupStats.Detail.ALL);
    }

    /** What monitoring asks beside {@link #stats}. */
    public CgroupDetail detail() {
        return CgroupDetail.read(this, node.pageSizes());
    }

    /** Opens it for reading its usage often; the caller closes it. It may be gone, then or later. */
    public OpenCgroup keepOpen() {
        return new OpenCgroup(node.kernel(), this);
    }

    /**
     * Changes limits of running processes: all of what is asked, or, when one write fails, nothing.
     *
     * @param changed fields that are 0 or empty keep their value
     */
    public void update(CgroupResources changed) {
        node.checkPresent(changed);
        new CgroupUpdate(node, this).apply(changed);
    }

    /**
     * Makes a cgroup below this one for the processes of one exec, on the tree used to kill only; on the other trees they belong
     * to this cgroup itself.
     */
    public Cgroup child(String name) {
        Map<CgroupHierarchy, Path> below = new LinkedHashMap<>(directories);
        Path directory = directory(killTree).resolve(CgroupPaths.name(name));
        below.put(killTree, directory);
        node.mkdir(directory);
        return new Cgroup(node, CgroupPaths.join(path, name), below, Set.of(killTree), killTree);
    }

    /** Moves a process that runs already into this cgroup of the v2 tree; one that is started is better cloned into it. */
    public void move(int pid) {
        try {
            node.files().write(required(V2).resolve("cgroup.procs"), Integer.toString(pid));
        } catch (KernelFailure failure) {
            throw CgroupFailure.kernel("Cannot move process %d to the cgroup %s.".formatted(pid, path), failure);
        }
    }

    /** Sends SIGKILL to every process here and below, including those being forked now. See {@link #awaitEmpty}. */
    public void kill() {
        Path directory = directory(killTree);
        if (killTree.v2()) {
            try {
                node.files().write(directory.resolve("cgroup.kill"), "1");
                return;
            } catch (KernelFailure failure) {
                if (failure.is(Errno.ENODEV)
                        || (failure.is(Errno.ENOENT) && !node.files().exists(directory))) {
                    return;
                }
                if (!failure.is(Errno.ENOENT)) {
                    throw CgroupFailure.kernel("Cannot kill the cgroup %s.".formatted(path), failure);
                }
            }
        }
        new CgroupKill(node, this).run();
    }

    /**
     * Waits until no process is left.
     *
     * @return false when there is still one after {@code patience}
     */
    public boolean awaitEmpty(Duration patience) {
        Backoff backoff = new Backoff(patience);
        while (isPopulated()) {
            if (!backoff.pause()) {
                return false;
            }
        }
        return true;
    }

    /** Process ids here and below, in this process's pid namespace; zombies are not among them. */
    public List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        for (Path directory : node.deepestFirst(directory(killTree))) {
            String text = node.files().read(directory.resolve("cgroup.procs"));
            if (text != null) {
                text.lines()
                        .mapToInt(line -> (int) StatText.number(line, 0))
                        .filter(pid -> pid > 0)
                        .forEach(pids::add);
            }
        }
        return pids;
    }

    /** Whether a living process is here or below. */
    public boolean isPopulated() {
        if (killTree.v2()) {
            String events = node.files().read(directory(killTree).resolve("cgroup.events"));
            return StatText.flatKeyed(events).getOrDefault("populated", 0L) == 1;
        }
        return !pids().isEmpty();
    }

    /**
     * Removes the cgroup and all below it from every tree. Does nothing where it is gone already. The kernel may need a moment
     * after the last process ended, so EBUSY is retried for a second.
     */
    public void remove() {
        owned.forEach(tree -> node.deepestFirst(directory(tree)).forEach(this::rmdir));
    }

    private void rmdir(Path directory) {
        Backoff backoff = new Backoff(Duration.ofSeconds(1));
        while (true) {
            try {
                node.files().rmdir(directory);
                return;
            } catch (KernelFailure failure) {
                if (!failure.is(Errno.EBUSY) || !backoff.pause()) {
                    throw CgroupFailure.kernel(
                            "Cannot remove the cgroup %s; its processes are %s.".formatted(directory, pids()), failure);
                }
            }
        }
    }

    /** Kills what is in the cgroup, waits for its end for ten seconds and removes it. Does nothing where it is gone already. */
    public void destroy() {
        if (exists()) {
            kill();
            awaitEmpty(DEATH);
            remove();
        }
    }

    @Override
    public @Nullable String read(String controller, String file) {
        Path directory = directory(controller);
        return directory == null ? null : node.files().read(directory.resolve(file));
    }

    /** The directory on the tree of a controller, or with {@link CgroupValues#V2} on the v2 tree. */
    @Nullable
    Path directory(String controller) {
        if (controller.equals(V2)) {
            return v2Directory();
        }
        CgroupHierarchy tree = node.layout().of(controller);
        return tree == null ? null : directories.get(tree);
    }

    Path required(String controller) {
        Path directory = directory(controller);
        if (directory == null) {
            throw CgroupFailure.invalid("This kernel has no cgroup controller %s.".formatted(controller));
        }
        return directory;
    }

    private Path directory(CgroupHierarchy tree) {
        return Objects.requireNonNull(directories.get(tree));
    }

    private Fd open(Path file, int flags) {
        try {
            return new Fd(node.kernel(), node.kernel().openat(Kernel.AT_FDCWD, file.toString(), flags, 0));
        } catch (KernelFailure failure) {
            throw CgroupFailure.kernel("Cannot open %s of the cgroup %s.".formatted(file, path), failure);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cgroup that && path.equals(that.path) && owned.equals(that.owned);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    @Override
    public String toString() {
        return path;
    }
}
