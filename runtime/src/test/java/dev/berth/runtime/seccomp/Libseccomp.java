package dev.berth.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.testing.CProgram;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Compiles profiles with libseccomp, as runc would, so that there is something to compare with. */
record Libseccomp(CProgram exporter) {
    FilterInterpreter compile(SeccompProfile profile, CapabilitySet capabilities, Architecture architecture)
            throws Exception {
        StringBuilder lines = new StringBuilder("arch %x %x%n"
                .formatted(architecture.auditNumber(), profile.defaultAction().verdict()));
        for (SyscallRule rule : profile.rules()) {
            boolean applies = rule.includes().allHold(capabilities, Architecture.X86_64, Compiled.KERNEL)
                    && !rule.excludes().anyHolds(capabilities, Architecture.X86_64, Compiled.KERNEL);
            if (applies && rule.action().verdict() != profile.defaultAction().verdict()) {
                rule.names().forEach(name -> append(lines, architecture, name, rule));
            }
        }
        CProgram.Result result = exporter.run(lines.toString().getBytes(StandardCharsets.US_ASCII));
        assertEquals(0, result.exitCode(), result.errors());
        return new FilterInterpreter(result.output());
    }

    private static void append(StringBuilder lines, Architecture architecture, String name, SyscallRule rule) {
        int number = SyscallTable.of(architecture).number(name).orElse(-1);
        if (number < 0) {
            return;
        }
        long arguments = rule.conditions().stream()
                .map(ArgumentCondition::index)
                .distinct()
                .count();
        List<List<ArgumentCondition>> alternatives =
                arguments == rule.conditions().size()
                        ? List.of(rule.conditions())
                        : rule.conditions().stream().map(List::of).toList();
        for (List<ArgumentCondition> conditions : alternatives) {
            lines.append("rule %x %s %d %s%n"
                    .formatted(
                            rule.action().verdict(),
                            name,
                            number,
                            conditions.stream().map(Libseccomp::text).collect(Collectors.joining(" "))));
        }
    }

    private static String text(ArgumentCondition condition) {
        int operator = switch (condition.operator()) {
            case NE -> 1;
            case LT -> 2;
            case LE -> 3;
            case EQ -> 4;
            case GE -> 5;
            case GT -> 6;
            case MASKED_EQ -> 7;
        };
        return "%d %d %x %x".formatted(condition.index(), operator, condition.value(), condition.valueTwo());
    }
}
