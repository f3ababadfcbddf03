package dev.berth.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;

/** The writes that set memory and swap limits, in the order that the kernel accepts. */
final class MemoryWrites {
    private static final String V1_LIMIT = "memory.limit_in_bytes";
    private static final String V1_SWAP = "memory.memsw.limit_in_bytes";

    /** cgroup v1 shows "no limit" as the largest multiple of a page, whatever the page's size is. */
    static final long V1_UNLIMITED = 1L << 60;

    private MemoryWrites() {}

    static List<CgroupWrite> v1(CgroupResources.Memory asked, CgroupValues now) {
        long limit = asked.limit();
        long swap = swapLimit(asked);
        long old = now.number("memory", V1_LIMIT, -1);
        checkOrder(limit != 0 ? limit : old >= V1_UNLIMITED ? -1 : old, swap);
        List<CgroupWrite> writes = new ArrayList<>();
        if (limit != 0) {
            writes.add(CgroupWrite.of("memory", V1_LIMIT, limit, "memory_limit_in_bytes"));
        }
        long oldSwap = now.number("memory", V1_SWAP, 0);
        if (swap != 0 && oldSwap != 0) {
            boolean raised = swap == -1 || swap >= oldSwap;
            writes.add(
                    raised ? 0 : writes.size(), CgroupWrite.of("memory", V1_SWAP, swap, "memory_swap_limit_in_bytes"));
        }
        return writes;
    }

    static List<CgroupWrite> v2(CgroupResources.Memory asked, CgroupValues now) {
        long limit = asked.limit();
        long swap = swapLimit(asked);
        long base = limit != 0 ? limit : now.number("memory", "memory.max", -1);
        checkOrder(base, swap);
        List<CgroupWrite> writes = new ArrayList<>();
        if (swap != 0) {
            long swapAlone = swap == -1 ? -1 : swap - base;
            CgroupWrite.Missing missing = swapAlone <= 0 ? CgroupWrite.Missing.IGNORE : CgroupWrite.Missing.WARN;
            writes.add(CgroupWrite.of("memory", "memory.swap.max", max(swapAlone), "memory_swap_limit_in_bytes")
                    .whenMissing(missing));
        }
        if (limit != 0) {
            checkUsage(limit, now);
            writes.add(CgroupWrite.of("memory", "memory.max", max(limit), "memory_limit_in_bytes"));
        }
        return writes;
    }

    /** Memory and swap together; a memory limit alone allows no swap. */
    private static long swapLimit(CgroupResources.Memory asked) {
        return asked.swapLimit() == 0 ? asked.limit() : Math.max(asked.swapLimit(), -1);
    }

    private static void checkOrder(long limit, long swap) {
        if (swap > 0 && (limit < 0 || swap < limit)) {
            throw CgroupFailure.invalid(
                    ("memory_swap_limit_in_bytes %d counts memory and swap together, so it cannot be below"
                                    + " the memory limit (%s).")
                            .formatted(swap, limit < 0 ? "none" : Long.toString(limit)));
        }
    }

    /** On v2 the kernel would kill where v1 answers EBUSY. */
    private static void checkUsage(long limit, CgroupValues now) {
        long usage = now.number("memory", "memory.current", 0);
        long reclaimable = StatText.flatKeyed(now.read("memory", "memory.stat")).getOrDefault("inactive_file", 0L);
        if (limit > 0 && usage - reclaimable > limit) {
            throw belowUsage(limit, usage - reclaimable);
        }
    }

    static CgroupFailure belowUsage(long limit, long usage) {
        return CgroupFailure.invalid(
                "The memory limit of %d bytes is below the %d bytes in use now.".formatted(limit, usage));
    }

    private static String max(long value) {
        return value < 0 ? "max" : Long.toString(value);
    }
}
