package dev.berth.runtime.seccomp;

import dev.berth.runtime.capability.CapabilitySet;
import java.util.List;

/** One entry of a profile: what happens to calls of these names whose arguments meet the conditions, where it applies at all. */
record SyscallRule(
        List<String> names,
        Action action,
        List<ArgumentCondition> conditions,
        Circumstances includes,
        Circumstances excludes) {

    SyscallRule {
        names = List.copyOf(names);
        conditions = List.copyOf(conditions);
    }

    /** Whether the entry concerns a container with these capabilities on this machine at all. */
    boolean applies(CapabilitySet held, Architecture machine, KernelVersion kernel) {
        return includes.allHold(held, machine, kernel) && !excludes.anyHolds(held, machine, kernel);
    }

    /**
     * The alternatives of which one must hold, each a list of conditions that must hold together. Conditions hold together, except where
     * an entry has two on the same argument: then each is an alternative, because that is how runtimes have always read such entries.
     */
    List<List<ArgumentCondition>> alternatives() {
        long arguments = conditions.stream()
                .mapToInt(ArgumentCondition::index)
                .distinct()
                .count();
        return arguments == conditions.size()
                ? List.of(conditions)
                : conditions.stream().map(List::of).toList();
    }
}
