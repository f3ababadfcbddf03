package dev.berth.runtime.seccomp;

import dev.berth.runtime.seccomp.FilterAssembler.Test;
import dev.berth.runtime.seccomp.Verdicts.Alternative;
import dev.berth.runtime.seccomp.Verdicts.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** Writes verdicts as a filter: first the architecture, then a balanced search for the range of the number, then the arguments. */
final class FilterWriter {
    // Offsets in struct seccomp_data, linux/seccomp.h; both machines are little endian.
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;
    private static final int ARGUMENT_BYTES = 8;
    private static final int HIGH_WORD = 4;

    private final FilterAssembler assembler = new FilterAssembler();

    /** Written verdicts of one architecture; those of the other one judge arguments of another width. */
    private final Map<Verdict, Integer> written = new HashMap<>();

    private int start;

    /** A filter that kills what comes by no architecture that is added afterwards. */
    FilterWriter() {
        start = assembler.answer(Action.KILL_PROCESS);
    }

    /** Adds an architecture; the one added last is looked for first. */
    void add(Architecture architecture, NavigableMap<Long, Verdict> ranges) {
        written.clear();
        List<Map.Entry<Long, Verdict>> sorted = List.copyOf(ranges.entrySet());
        int search = assembler.load(NUMBER, search(sorted, architecture.isWide()));
        start = assembler.branch(Test.EQUAL, architecture.auditNumber(), search, start);
    }

    byte[] filter() {
        return assembler.assemble(assembler.load(ARCHITECTURE, start));
    }

    private int search(List<Map.Entry<Long, Verdict>> ranges, boolean wide) {
        if (ranges.size() == 1) {
            return verdict(ranges.getFirst().getValue(), wide);
        }
        int middle = ranges.size() / 2;
        int above = search(ranges.subList(middle, ranges.size()), wide);
        int below = search(ranges.subList(0, middle), wide);
        return assembler.branch(
                Test.GREATER_OR_EQUAL, ranges.get(middle).getKey().intValue(), above, below);
    }

    private int verdict(Verdict verdict, boolean wide) {
        Integer known = written.get(verdict);
        if (known != null) {
            return known;
        }
        int label = assembler.answer(verdict.otherwise());
        for (Alternative alternative : verdict.alternatives().reversed()) {
            int next = label;
            int holds = assembler.answer(alternative.action());
            for (ArgumentCondition condition : alternative.conditions().reversed()) {
                holds = condition(condition, wide, holds, next);
            }
            label = holds;
        }
        written.put(verdict, label);
        return label;
    }

    private int condition(ArgumentCondition condition, boolean wide, int holds, int fails) {
        return switch (condition.operator()) {
            case EQ -> masked(condition, -1L, condition.value(), wide, holds, fails);
            case NE -> masked(condition, -1L, condition.value(), wide, fails, holds);
            case MASKED_EQ ->
                masked(condition, condition.value(), condition.valueTwo() & condition.value(), wide, holds, fails);
            case GT -> ordered(condition, Test.GREATER, wide, holds, fails);
            case GE -> ordered(condition, Test.GREATER_OR_EQUAL, wide, holds, fails);
            case LE -> ordered(condition, Test.GREATER, wide, fails, holds);
            case LT -> ordered(condition, Test.GREATER_OR_EQUAL, wide, fails, holds);
        };
    }

    /** Argument and mask equal the value: both words do. */
    private int masked(ArgumentCondition condition, long mask, long value, boolean wide, int holds, int fails) {
        int low = word(low(condition), (int) mask, (int) value, holds, fails);
        return wide ? word(high(condition), (int) (mask >>> 32), (int) (value >>> 32), low, fails) : low;
    }

    private int word(int offset, int mask, int value, int holds, int fails) {
        if (mask == 0) {
            return value == 0 ? holds : fails;
        }
        int equal = assembler.branch(Test.EQUAL, value, holds, fails);
        return assembler.load(offset, mask == -1 ? equal : assembler.and(mask, equal));
    }

    /** The high words decide unless they are equal. */
    private int ordered(ArgumentCondition condition, Test test, boolean wide, int holds, int fails) {
        int low = assembler.branch(test, (int) condition.value(), holds, fails);
        int lowLoaded = assembler.load(low(condition), low);
        if (!wide) {
            return lowLoaded;
        }
        int highValue = (int) (condition.value() >>> 32);
        int equal = assembler.branch(Test.EQUAL, highValue, lowLoaded, fails);
        return assembler.load(high(condition), assembler.branch(Test.GREATER, highValue, holds, equal));
    }

    private static int low(ArgumentCondition condition) {
        return ARGUMENTS + condition.index() * ARGUMENT_BYTES;
    }

    private static int high(ArgumentCondition condition) {
        return low(condition) + HIGH_WORD;
    }
}
