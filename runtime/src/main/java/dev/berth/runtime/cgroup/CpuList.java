package dev.berth.runtime.cgroup;

import java.util.BitSet;

/** A list of CPUs or memory nodes in the kernel's form, {@code 0-3,7}. */
final class CpuList {
    private static final int MOST = 1 << 16;

    private CpuList() {}

    /**
     * @param asked name of the field, for the message
     * @throws CgroupFailure when the text is not such a list
     */
    static BitSet parse(String asked, String text) {
        BitSet set = new BitSet();
        for (String range : text.strip().split(",", -1)) {
            String[] ends = range.strip().split("-", 2);
            int first = StatText.number(ends[0], -1) > MOST ? -1 : (int) StatText.number(ends[0], -1);
            int last = ends.length == 1 ? first : (int) Math.min(StatText.number(ends[1], -1), MOST + 1L);
            if (first < 0 || last < first || last > MOST) {
                throw CgroupFailure.invalid("%s is \"%s\", which is not a list like 0-3,7.".formatted(asked, text));
            }
            set.set(first, last + 1);
        }
        return set;
    }

    /** Checks that all of {@code wanted} is in {@code present}. */
    static void check(String asked, String wanted, String present) {
        BitSet outside = parse(asked, wanted);
        outside.andNot(parse(asked, present));
        if (!outside.isEmpty()) {
            throw CgroupFailure.invalid("%s asks for %s, but this node has %s; %d is not among them."
                    .formatted(asked, wanted, present.strip(), outside.nextSetBit(0)));
        }
    }
}
