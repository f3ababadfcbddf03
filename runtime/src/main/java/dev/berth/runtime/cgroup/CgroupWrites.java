package dev.berth.runtime.cgroup;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compiles resources into the list of writes that sets them, for whatever tree each controller lives on. */
final class CgroupWrites {
    private static final Logger LOG = System.getLogger(CgroupWrites.class.getName());

    private final CgroupLayout layout;
    private final Set<String> pageSizes;

    /** @param pageSizes huge page sizes of this node, spelled as in file names */
    CgroupWrites(CgroupLayout layout, Set<String> pageSizes) {
        this.layout = layout;
        this.pageSizes = pageSizes;
    }

    List<CgroupWrite> of(CgroupResources asked, CgroupValues now) {
        List<CgroupWrite> writes = new ArrayList<>();
        cpu(asked.cpu(), now, writes);
        memory(asked.memory(), now, writes);
        hugepages(asked.hugepages(), writes);
        pids(asked.pids(), writes);
        unified(asked.unified(), writes);
        return writes;
    }

    private void cpu(CgroupResources.Cpu asked, CgroupValues now, List<CgroupWrite> writes) {
        if (asked.shares() != 0 || asked.period() != 0 || asked.quota() != 0) {
            writes.addAll(isV2("cpu", "A CPU limit") ? CpuWrites.v2(asked, now) : CpuWrites.v1(asked, now));
        }
        if (!asked.cpus().isEmpty()) {
            isV2("cpuset", "cpuset_cpus");
            writes.add(CgroupWrite.of("cpuset", "cpuset.cpus", asked.cpus(), "cpuset_cpus"));
        }
        if (!asked.mems().isEmpty()) {
            isV2("cpuset", "cpuset_mems");
            writes.add(CgroupWrite.of("cpuset", "cpuset.mems", asked.mems(), "cpuset_mems"));
        }
    }

    private void memory(CgroupResources.Memory asked, CgroupValues now, List<CgroupWrite> writes) {
        if (asked.limit() != 0 || asked.swapLimit() != 0) {
            writes.addAll(isV2("memory", "A memory limit") ? MemoryWrites.v2(asked, now) : MemoryWrites.v1(asked, now));
        }
    }

    private void hugepages(List<CgroupResources.HugepageLimit> asked, List<CgroupWrite> writes) {
        for (CgroupResources.HugepageLimit limit : asked) {
            if (!pageSizes.contains(limit.size())) {
                throw CgroupFailure.invalid("hugepage_limits names the page size \"%s\"; this node has %s."
                        .formatted(limit.size(), pageSizes.isEmpty() ? "no huge pages" : String.join(", ", pageSizes)));
            }
            CgroupHierarchy tree = layout.of("hugetlb");
            if (tree == null) {
                // The kubelet sends zero for every size; without the controller only a real limit is worth a word.
                Level level = limit.limit() == 0 ? Level.DEBUG : Level.WARNING;
                LOG.log(level, "hugepage_limits ignored: the kernel has no hugetlb controller");
                continue;
            }
            String suffix = tree.v2() ? "max" : "limit_in_bytes";
            String file = "hugetlb." + limit.size() + ".";
            CgroupWrite write = CgroupWrite.of("hugetlb", file + suffix, limit.limit(), "hugepage_limits");
            // A tree whose root does not hand the controller down cannot hold huge pages back; zero asks for nothing
            // more.
            writes.add(limit.limit() == 0 ? write.whenMissing(CgroupWrite.Missing.IGNORE) : write);
            writes.add(CgroupWrite.of("hugetlb", file + "rsvd." + suffix, limit.limit(), "hugepage_limits")
                    .whenMissing(CgroupWrite.Missing.IGNORE));
        }
    }

    private void pids(long asked, List<CgroupWrite> writes) {
        if (asked != 0) {
            isV2("pids", "A limit on processes");
            writes.add(CgroupWrite.of("pids", "pids.max", asked < 0 ? "max" : Long.toString(asked), "pids limit"));
        }
    }

    private void unified(Map<String, String> asked, List<CgroupWrite> writes) {
        asked.forEach((file, value) -> {
            int dot = file.indexOf('.');
            if (dot <= 0 || file.indexOf('/') >= 0 || file.contains("..") || file.startsWith("cgroup.")) {
                throw CgroupFailure.invalid(
                        "unified names \"%s\"; a key is a controller's cgroup v2 file such as memory.high."
                                .formatted(file));
            }
            String controller = file.substring(0, dot);
            if (!isV2(controller, "unified key \"%s\"".formatted(file))) {
                throw CgroupFailure.invalid("unified key \"%s\" needs cgroup v2, but this node has %s on cgroup v1."
                        .formatted(file, controller));
            }
            value.lines().forEach(line -> writes.add(CgroupWrite.of(controller, file, line, "unified " + file)));
        });
    }

    private boolean isV2(String controller, String asked) {
        CgroupHierarchy tree = layout.of(controller);
        if (tree == null) {
            throw CgroupFailure.invalid("%s needs the cgroup controller %s, which this kernel does not offer."
                    .formatted(asked, controller));
        }
        return tree.v2();
    }
}
