package dev.berth.runtime.cgroup;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.KernelFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Applies resources to one cgroup, and takes back what it wrote when a write fails. */
final class CgroupUpdate {
    private static final Logger LOG = System.getLogger(CgroupUpdate.class.getName());

    /** Files with a line for each device: what a line says that is as if there was none. */
    private static final Map<String, String> NO_LINE = Map.of(
            "io.max", "rbps=max wbps=max riops=max wiops=max",
            "io.weight", "default",
            "io.latency", "target=0");

    private record Old(Path file, List<String> values) {}

    private final Cgroups node;
    private final Cgroup cgroup;
    private final Deque<Old> undo = new ArrayDeque<>();

    CgroupUpdate(Cgroups node, Cgroup cgroup) {
        this.node = node;
        this.cgroup = cgroup;
    }

    /** Applies to a new cgroup, which is removed and not put back when it fails. */
    void applyFirst(CgroupResources resources) {
        node.writes().of(resources, cgroup).forEach(this::write);
    }

    void apply(CgroupResources resources) {
        for (CgroupWrite write : node.writes().of(resources, cgroup)) {
            try {
                apply(write);
            } catch (CgroupFailure failure) {
                rollBack(failure);
                throw failure;
            }
        }
    }

    private void apply(CgroupWrite write) {
        Path file = cgroup.required(write.controller()).resolve(write.file());
        String old = node.files().read(file);
        write(write);
        if (old != null) {
            undo.push(new Old(file, restoring(write, old)));
        }
    }

    /** What brings a file back to its text: one write for each line, since the kernel takes one at a time. */
    private static List<String> restoring(CgroupWrite write, String old) {
        List<String> values =
                new ArrayList<>(old.isEmpty() ? List.of("") : old.lines().toList());
        String none = NO_LINE.get(write.file());
        if (none != null) {
            String device = write.value().strip().split("\\s+", 2)[0];
            values.removeIf(String::isEmpty);
            if (values.stream().noneMatch(line -> line.startsWith(device + " "))) {
                values.add(device + " " + none);
            }
        }
        return values;
    }

    private void write(CgroupWrite write) {
        Path file = cgroup.required(write.controller()).resolve(write.file());
        try {
            node.files().write(file, write.value());
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.ENOENT) || write.missing() == CgroupWrite.Missing.FAIL) {
                throw explain(write, file, failure);
            }
            if (write.missing() == CgroupWrite.Missing.WARN) {
                LOG.log(Level.WARNING, "{0} is not applied: this kernel has no {1}", write.asked(), write.file());
            }
        }
    }

    private void rollBack(CgroupFailure failure) {
        while (!undo.isEmpty()) {
            Old old = undo.pop();
            try {
                old.values().forEach(value -> node.files().write(old.file(), value));
            } catch (KernelFailure second) {
                failure.addSuppressed(second);
            }
        }
    }

    private CgroupFailure explain(CgroupWrite write, Path file, KernelFailure failure) {
        Errno errno = failure.errno();
        if (errno == Errno.EBUSY && write.file().startsWith("memory.")) {
            long limit = StatText.number(write.value(), 0);
            return MemoryWrites.belowUsage(limit, cgroup.number("memory", "memory.usage_in_bytes", 0));
        }
        if (errno == Errno.ENOENT) {
            return missing(write, file, failure);
        }
        boolean badValue = errno == Errno.EINVAL
                || errno == Errno.ERANGE
                || errno == Errno.EACCES
                || errno == Errno.ENOSPC
                || errno == Errno.EOVERFLOW;
        return new CgroupFailure(
                badValue ? CgroupFailure.Kind.INVALID : CgroupFailure.Kind.KERNEL,
                "%s: the kernel does not take \"%s\" for %s of %s (%s); a value must fit the node and the parent cgroup."
                        .formatted(write.asked(), write.value(), write.file(), cgroup, errno),
                failure);
    }

    private CgroupFailure missing(CgroupWrite write, Path file, KernelFailure failure) {
        if (!node.files().exists(file.resolveSibling("cgroup.procs"))) {
            return CgroupFailure.kernel("The cgroup %s does not exist.".formatted(cgroup), failure);
        }
        if (write.asked().startsWith("unified ")) {
            return CgroupFailure.invalid("%s: this kernel has no such file in %s.".formatted(write.asked(), cgroup));
        }
        return CgroupFailure.kernel(
                "%s cannot be set: %s is missing, so the controller %s is not enabled above %s (a parent holds processes, or is threaded)."
                        .formatted(write.asked(), write.file(), write.controller(), cgroup),
                failure);
    }
}
