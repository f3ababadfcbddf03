package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.runtime.cgroup.CgroupFailure;
import dev.berth.runtime.cgroup.CgroupResources;

/** Limits, from CRI's words to the cgroup's. */
public final class Resources {
    private Resources() {}

    public static CgroupResources of(LinuxContainerResources resources) {
        return CgroupResources.NONE
                .withCpu(new CgroupResources.Cpu(
                        resources.getCpuShares(),
                        resources.getCpuPeriod(),
                        resources.getCpuQuota(),
                        resources.getCpusetCpus(),
                        resources.getCpusetMems()))
                .withMemory(resources.getMemoryLimitInBytes(), resources.getMemorySwapLimitInBytes())
                .withHugepages(resources.getHugepageLimitsList().stream()
                        .map(limit -> new CgroupResources.HugepageLimit(limit.getPageSize(), limit.getLimit()))
                        .toList())
                .withUnified(resources.getUnifiedMap());
    }

    /** What is told of limits that could not be set: INVALID when they are wrong, else INTERNAL. */
    public static CriFailure told(CgroupFailure failure) {
        CriFailure.Kind kind =
                failure.kind() == CgroupFailure.Kind.INVALID ? CriFailure.Kind.INVALID : CriFailure.Kind.INTERNAL;
        return new CriFailure(kind, String.valueOf(failure.getMessage()), failure);
    }

    /** The limits after an update: what the update leaves alone stays. */
    static LinuxContainerResources merge(LinuxContainerResources before, LinuxContainerResources update) {
        LinuxContainerResources.Builder merged = before.toBuilder();
        update.getAllFields().forEach((field, value) -> {
            if (!field.isMapField()) {
                merged.setField(field, value);
            }
        });
        return merged.putAllUnified(update.getUnifiedMap()).build();
    }
}
