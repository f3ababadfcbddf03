package dev.berth.runtime.seccomp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What happens to every system call number of one architecture.
 *
 * <p>Where several entries name the same call, it goes as with libseccomp: an entry without conditions decides alone and the first such
 * entry wins; otherwise each entry applies where its conditions hold, the strictest action first, and the profile's default everywhere
 * else. Entries whose action is the default say nothing.
 *
 * <p>A profile that answers an error by default knows nothing of calls younger than itself, and an EPERM for those breaks programs that
 * would fall back to an older call. So numbers above every call that the profile names answer ENOSYS, as runc has it. The same goes for
 * x32 calls on x86_64, as on a kernel that was built without them.
 */
final class Verdicts {
    /** From here on x86_64 has the calls of the x32 convention. */
    private static final long X32 = 0x4000_0000L;

    /** -1 is what a tracer sets to have a call skipped; it gets the default. */
    private static final long SKIPPED = 0xFFFF_FFFFL;

    /** From here on 32-bit ARM has its private calls, apart from the common ones that new calls are added to. */
    private static final int PRIVATE = 0xF_0000;

    private final Action defaultAction;
    private final Architecture architecture;
    private final Map<Integer, Entry> entries = new TreeMap<>();

    private Verdicts(Action defaultAction, Architecture architecture) {
        this.defaultAction = defaultAction;
        this.architecture = architecture;
    }

    /** What happens to one number: the first alternative whose conditions all hold, else the rest. */
    record Verdict(List<Alternative> alternatives, Action otherwise) {
        static Verdict always(Action action) {
            return new Verdict(List.of(), action);
        }
    }

    /** An action, and the conditions that must all hold for it. */
    record Alternative(List<ArgumentCondition> conditions, Action action) {}

    /**
     * The verdicts as ranges of numbers, each from its key to the next one; numbers are unsigned, the first key is 0, and neighbours
     * differ.
     */
    static NavigableMap<Long, Verdict> of(
            SeccompProfile profile, Architecture architecture, List<SyscallRule> applying) {
        Verdicts verdicts = new Verdicts(profile.defaultAction(), architecture);
        applying.forEach(verdicts::add);
        return verdicts.ranges(newest(profile, architecture));
    }

    /** The highest number that a profile names, in entries that do not apply as well. */
    private static int newest(SeccompProfile profile, Architecture architecture) {
        SyscallTable table = SyscallTable.of(architecture);
        return profile.rules().stream()
                .flatMap(rule -> rule.names().stream())
                .mapToInt(name -> table.number(name).orElse(0))
                .filter(number -> number < PRIVATE)
                .max()
                .orElse(0);
    }

    private void add(SyscallRule rule) {
        SyscallTable table = SyscallTable.of(architecture);
        if (rule.action().equals(defaultAction)) {
            return;
        }
        for (String name : rule.names()) {
            table.number(name)
                    .ifPresent(number ->
                            entries.computeIfAbsent(number, _ -> new Entry()).add(rule, architecture.isWide()));
        }
    }

    private NavigableMap<Long, Verdict> ranges(int newest) {
        NavigableMap<Long, Verdict> ranges = new TreeMap<>();
        Verdict rest = Verdict.always(defaultAction);
        ranges.put(0L, rest);
        entries.forEach((number, entry) -> {
            ranges.put((long) number, entry.verdict(defaultAction));
            ranges.put(number + 1L, rest);
        });
        if (defaultAction.kind() == Action.Kind.ERRNO) {
            ranges.put(newest + 1L, Verdict.always(Action.NO_SUCH_CALL));
        }
        if (architecture == Architecture.X86_64) {
            ranges.put(X32, Verdict.always(Action.NO_SUCH_CALL));
        }
        ranges.put(SKIPPED, rest);
        return merged(ranges);
    }

    private static NavigableMap<Long, Verdict> merged(NavigableMap<Long, Verdict> ranges) {
        NavigableMap<Long, Verdict> merged = new TreeMap<>();
        ranges.forEach((start, verdict) -> {
            if (merged.isEmpty() || !merged.lastEntry().getValue().equals(verdict)) {
                merged.put(start, verdict);
            }
        });
        return merged;
    }

    /** What a profile says of one number. */
    private static final class Entry {
        private final List<Alternative> alternatives = new ArrayList<>();
        private @Nullable Action always;

        void add(SyscallRule rule, boolean wide) {
            for (List<ArgumentCondition> conditions : rule.alternatives()) {
                if (always == null && conditions.isEmpty()) {
                    always = rule.action();
                } else {
                    alternatives.add(new Alternative(wide ? conditions : narrow(conditions), rule.action()));
                }
            }
        }

        Verdict verdict(Action otherwise) {
            return always != null ? Verdict.always(always) : new Verdict(strictestFirst(), otherwise);
        }

        private List<Alternative> strictestFirst() {
            return alternatives.stream()
                    .sorted(Comparator.comparing(Alternative::action, Action.STRICTEST_FIRST))
                    .toList();
        }

        private static List<ArgumentCondition> narrow(List<ArgumentCondition> conditions) {
            return conditions.stream().map(ArgumentCondition::narrow).toList();
        }
    }
}
