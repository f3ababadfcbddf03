package dev.berth.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where this node mounts its cgroup trees. Cgroup paths are always taken from the mounted root, whatever cgroup Berth itself runs
 * in. Every controller lives on exactly one tree; with {@link V1} some may live on the v2 tree beside it.
 */
public sealed interface CgroupLayout {
    /**
     * Controllers on v1 trees, with or without a v2 tree beside them.
     *
     * @param controllers mount point by controller; trees without controllers are here by name, as {@code name=systemd}
     * @param unified the v2 tree's mount point
     * @param unifiedControllers controllers that live on the v2 tree
     */
    record V1(Map<String, Path> controllers, @Nullable Path unified, Set<String> unifiedControllers)
            implements CgroupLayout {
        public V1 {
            controllers = Collections.unmodifiableMap(new LinkedHashMap<>(controllers));
            unifiedControllers = Set.copyOf(unifiedControllers);
        }

        @Override
        public List<CgroupHierarchy> hierarchies() {
            Map<Path, Set<String>> byMount = new LinkedHashMap<>();
            controllers.forEach((controller, mount) ->
                    byMount.computeIfAbsent(mount, _ -> new LinkedHashSet<>()).add(controller));
            List<CgroupHierarchy> trees = new ArrayList<>();
            if (unified != null) {
                trees.add(new CgroupHierarchy(unified, true, unifiedControllers));
            }
            byMount.forEach((mount, names) -> trees.add(new CgroupHierarchy(mount, false, names)));
            return trees;
        }
    }

    /** The v2 tree alone. */
    record V2(Path root, Set<String> controllers) implements CgroupLayout {
        public V2 {
            controllers = Set.copyOf(controllers);
        }

        @Override
        public List<CgroupHierarchy> hierarchies() {
            return List.of(new CgroupHierarchy(root, true, controllers));
        }
    }

    /** All trees; a v2 tree comes first. */
    List<CgroupHierarchy> hierarchies();

    /** The tree that {@code controller} lives on, or null when the kernel has no such controller. */
    default @Nullable CgroupHierarchy of(String controller) {
        for (CgroupHierarchy tree : hierarchies()) {
            if (tree.controllers().contains(controller)) {
                return tree;
            }
        }
        return null;
    }

    /**
     * Finds the trees in a file of the form of {@code /proc/self/mountinfo}.
     *
     * @throws CgroupFailure when no cgroup tree is mounted
     */
    static CgroupLayout detect(Path mountinfo) {
        CgroupMounts mounts = CgroupMounts.parse(read(mountinfo));
        Path unified = mounts.unified();
        if (!mounts.v1().isEmpty()) {
            return new V1(mounts.v1(), unified, unified == null ? Set.of() : controllers(unified));
        }
        if (unified == null) {
            throw CgroupFailure.kernel(
                    "No cgroup tree is mounted (looked in %s); mount cgroup2 on /sys/fs/cgroup.".formatted(mountinfo),
                    null);
        }
        return new V2(unified, controllers(unified));
    }

    private static Set<String> controllers(Path tree) {
        String names = read(tree.resolve("cgroup.controllers")).strip();
        return names.isEmpty() ? Set.of() : Set.of(names.split("\\s+", -1));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw CgroupFailure.kernel("%s cannot be read: %s.".formatted(file, failure.getMessage()), failure);
        }
    }
}
