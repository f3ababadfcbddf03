package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.LinuxKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cgroup trees as ordinary directories: a new directory gets the files that the kernel would make; writes are recorded. */
final class FakeTree implements CgroupFiles {
    static final Map<String, List<String>> V1_FILES = Map.of(
            "cpu", List.of("cpu.shares=1024", "cpu.cfs_period_us=100000", "cpu.cfs_quota_us=-1"),
            "cpuset", List.of("cpuset.cpus=", "cpuset.mems="),
            "memory",
                    List.of(
                            "memory.limit_in_bytes=9223372036854771712",
                            "memory.memsw.limit_in_bytes=9223372036854771712",
                            "memory.usage_in_bytes=4096"),
            "pids", List.of("pids.max=max"),
            "devices", List.of("devices.allow=", "devices.deny="));
    static final List<String> V2_FILES = List.of(
            "cgroup.controllers=cpu cpuset memory pids hugetlb",
            "cgroup.subtree_control=",
            "cgroup.events=populated 0\nfrozen 0",
            "cpu.weight=100",
            "cpu.max=max 100000",
            "cpuset.cpus=",
            "memory.max=max",
            "memory.swap.max=max",
            "memory.current=4096",
            "memory.high=max",
            "hugetlb.2MB.max=max",
            "pids.max=max");

    final List<String> writes = new ArrayList<>();
    private final Map<String, Errno> refusals = new HashMap<>();
    private final CgroupFiles plain = new KernelFiles(new LinuxKernel());
    private final Path root;

    FakeTree(Path root) {
        this.root = root;
    }

    /** V1 trees below {@code root}, each with the node's CPUs 0-1 in cpuset. */
    CgroupLayout v1() {
        Map<String, Path> trees = new HashMap<>();
        for (String controller : V1_FILES.keySet()) {
            trees.put(controller, root.resolve(controller));
            make(root.resolve(controller));
        }
        set(root.resolve("cpuset/cpuset.cpus"), "0-1");
        set(root.resolve("cpuset/cpuset.mems"), "0");
        return new CgroupLayout.V1(trees, null, Set.of());
    }

    CgroupLayout v2() {
        make(root.resolve("v2"));
        set(root.resolve("v2/cpuset.cpus.effective"), "0-1");
        return new CgroupLayout.V2(root.resolve("v2"), Set.of("cpu", "cpuset", "io", "memory", "pids", "hugetlb"));
    }

    Cgroups on(CgroupLayout layout) {
        return new Cgroups(layout, this, new LinuxKernel(), Set.of("2MB", "1GB"));
    }

    /** The write of {@code value} to any file of that name fails from now on. */
    void refuse(String file, String value, Errno errno) {
        refusals.put(file + "=" + value, errno);
    }

    void set(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void write(Path file, String text) {
        String line = file.getFileName() + "=" + text;
        Errno refusal = refusals.get(line);
        if (refusal != null) {
            throw new KernelFailure("write", line, refusal.number());
        }
        plain.write(file, text);
        // The kernel replaces where a plain file keeps the old tail.
        set(file, text);
        writes.add(root.relativize(file) + "=" + text);
    }

    @Override
    public boolean mkdir(Path directory) {
        if (Files.isDirectory(directory)) {
            return false;
        }
        if (!Files.isDirectory(directory.resolveSibling("."))) {
            throw new KernelFailure("mkdirat", directory.toString(), Errno.ENOENT.number());
        }
        make(directory);
        return true;
    }

    private void make(Path directory) {
        String tree = root.relativize(directory).getName(0).toString();
        set(directory.resolve("cgroup.procs"), "");
        for (String file : tree.equals("v2") ? V2_FILES : V1_FILES.getOrDefault(tree, List.of())) {
            int equals = file.indexOf('=');
            set(directory.resolve(file.substring(0, equals)), file.substring(equals + 1));
        }
    }

    /** As on cgroupfs, files go with their directory and directories do not. */
    @Override
    public boolean rmdir(Path directory) {
        if (!children(directory).isEmpty()) {
            throw new KernelFailure("rmdir", directory.toString(), Errno.EBUSY.number());
        }
        try (var entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                Files.delete(entry);
            }
        } catch (IOException _) {
            return false;
        }
        return plain.rmdir(directory);
    }

    @Override
    public @Nullable String read(Path file) {
        return plain.read(file);
    }

    @Override
    public List<Path> children(Path directory) {
        return plain.children(directory);
    }

    @Override
    public boolean exists(Path file) {
        return plain.exists(file);
    }
}
