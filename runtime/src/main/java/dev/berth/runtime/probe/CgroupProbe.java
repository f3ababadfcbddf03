package dev.berth.runtime.probe;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.cgroup.CgroupHierarchy;
import dev.berth.runtime.cgroup.CgroupLayout;
import dev.berth.runtime.cgroup.CgroupResources;
import dev.berth.runtime.cgroup.CgroupSpec;
import dev.berth.runtime.cgroup.Cgroups;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.cgroup.HugePages;
import dev.berth.runtime.kernel.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a cgroup, looks at what it can do, and removes it. */
final class CgroupProbe {
    private static final String CANNOT_START = "containers cannot start";
    private final Kernel kernel;

    CgroupProbe(Kernel kernel) {
        this.kernel = kernel;
    }

    List<Finding> findings() {
        try {
            Cgroups cgroups = Cgroups.ofThisNode(kernel);
            List<Finding> findings = new ArrayList<>(List.of(layout(cgroups.layout()), controllers(cgroups.layout())));
            findings.addAll(inCgroup(cgroups));
            findings.add(hugePages(cgroups.layout()));
            return findings;
        } catch (CgroupFailure failure) {
            return List.of(Finding.missing("cgroups", String.valueOf(failure.getMessage()), CANNOT_START));
        }
    }

    private static Finding layout(CgroupLayout layout) {
        String trees = layout.hierarchies().stream()
                .map(tree -> tree.root() + (tree.v2() ? " (v2)" : " (v1)"))
                .collect(Collectors.joining(", "));
        return switch (layout) {
            case CgroupLayout.V2 _ -> Finding.ok("cgroups", trees);
            case CgroupLayout.V1 v1
            when v1.unified() != null ->
                Finding.degraded("cgroups", "hybrid: " + trees, "each start costs one more write per v1 tree");
            case CgroupLayout.V1 _ ->
                Finding.degraded("cgroups", "v1: " + trees, "processes are killed one by one; no pressure information");
        };
    }

    private static Finding controllers(CgroupLayout layout) {
        List<String> absent = List.of("cpu", "cpuset", "memory", "pids").stream()
                .filter(controller -> layout.of(controller) == null)
                .toList();
        String all = layout.hierarchies().stream()
                .map(CgroupHierarchy::controllers)
                .flatMap(Collection::stream)
                .sorted()
                .collect(Collectors.joining(" "));
        return Finding.of(
                "cgroup controllers",
                "containers with limits of these kinds are refused",
                absent.isEmpty(),
                all,
                "missing: " + String.join(" ", absent));
    }

    private List<Finding> inCgroup(Cgroups cgroups) {
        String name = "berth-check-" + kernel.getpid();
        Cgroup cgroup;
        try {
            cgroup = cgroups.create(
                    new CgroupSpec("/", name, CgroupResources.NONE, DevicePolicy.defaultsAnd(List.of())));
        } catch (CgroupFailure failure) {
            String why = failure.getMessage()
                    + (failure.getCause() == null
                            ? ""
                            : " " + failure.getCause().getMessage());
            return List.of(Finding.missing("cgroup of a container", why, CANNOT_START));
        }
        try {
            return List.of(
                    Finding.ok("cgroup of a container", "made, devices restricted"),
                    kill(cgroup.v2Directory()),
                    swap(cgroup, cgroups.layout()),
                    pressure(cgroup.v2Directory()));
        } finally {
            cgroup.remove();
        }
    }

    private static Finding kill(@Nullable Path directory) {
        boolean present = directory != null && Files.exists(directory.resolve("cgroup.kill"));
        return present
                ? Finding.ok("cgroup.kill", "a whole container is killed by one write")
                : Finding.degraded(
                        "cgroup.kill", "not there", "processes are killed one by one, after forks are forbidden");
    }

    private static Finding swap(Cgroup cgroup, CgroupLayout layout) {
        CgroupHierarchy tree = layout.of("memory");
        Path directory = tree == null ? null : cgroup.directories().get(tree);
        boolean counted = directory != null
                && tree != null
                && Files.exists(directory.resolve(tree.v2() ? "memory.swap.max" : "memory.memsw.limit_in_bytes"));
        return counted
                ? Finding.ok("swap accounting", "swap is limited with memory")
                : Finding.degraded(
                        "swap accounting", "the kernel does not count swap", "memory limits do not hold for swap");
    }

    private static Finding pressure(@Nullable Path directory) {
        boolean present = directory != null && Files.exists(directory.resolve("memory.pressure"));
        return Finding.of(
                "pressure information (PSI)",
                "stats and metrics have no pressure numbers",
                present,
                "kept for each cgroup",
                directory == null ? "needs a cgroup v2 tree" : "not enabled (boot with psi=1)");
    }

    private static Finding hugePages(CgroupLayout layout) {
        String sizes = String.join(" ", HugePages.sizes(HugePages.DIRECTORY));
        boolean limited = layout.of("hugetlb") != null;
        if (sizes.isEmpty()) {
            return Finding.missing("huge pages", "none", "pods that ask for huge pages are refused");
        }
        return limited
                ? Finding.ok("huge pages", sizes)
                : Finding.degraded("huge pages", sizes + ", no hugetlb controller", "limits on huge pages are ignored");
    }
}
