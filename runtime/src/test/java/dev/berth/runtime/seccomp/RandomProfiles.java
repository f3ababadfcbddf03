package dev.berth.runtime.seccomp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Profiles with all kinds of conditions, and arguments on the edges of those, the same ones in every run. */
final class RandomProfiles {
    static final List<String> CALLS = List.of("mmap", "read", "openat", "statx");

    private static final List<String> OPERATORS = List.of("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ");
    private static final List<String> ACTIONS = List.of("SCMP_ACT_ALLOW", "SCMP_ACT_TRAP", "SCMP_ACT_LOG");

    private final Random random;
    private final int entries;

    /** Profiles with up to so many entries for each call; all entries of one call have the same action. */
    RandomProfiles(long seed, int entries) {
        this.random = new Random(seed);
        this.entries = entries;
    }

    SeccompProfile next() {
        String rules = CALLS.stream()
                .flatMap(name -> {
                    String action = ACTIONS.get(random.nextInt(ACTIONS.size()));
                    return IntStream.rangeClosed(0, random.nextInt(entries))
                            .mapToObj(_ -> "{\"name\": \"%s\", \"action\": \"%s\", \"args\": [%s]}"
                                    .formatted(name, action, conditions()));
                })
                .collect(Collectors.joining(","));
        String json = "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [%s]}".formatted(rules);
        return SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private String conditions() {
        List<Integer> indexes = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
        Collections.shuffle(indexes, random);
        return indexes.subList(0, 1 + random.nextInt(3)).stream()
                .map(index -> "{\"index\": %d, \"op\": \"SCMP_CMP_%s\", \"value\": %s, \"valueTwo\": %s}"
                        .formatted(
                                index,
                                OPERATORS.get(random.nextInt(OPERATORS.size())),
                                Long.toUnsignedString(value()),
                                Long.toUnsignedString(value())))
                .collect(Collectors.joining(","));
    }

    private long value() {
        long[] values = {0, 1, 5, 0xFFFFFFFFL, 1L << 32, (1L << 32) + 5, 0x7E020000L, -1L, 1L << 63, random.nextLong()};
        return values[random.nextInt(values.length)];
    }

    /** Zeros, and for a call with conditions many mixtures of values on the edge of one. */
    static List<long[]> edges(SeccompProfile profile, int number) {
        List<Long> edges = profile.rules().stream()
                .filter(rule -> rule.names().stream().anyMatch(name -> isNumber(name, number)))
                .flatMap(rule -> rule.conditions().stream())
                .flatMap(condition -> edges(condition).stream())
                .toList();
        List<long[]> vectors = new ArrayList<>(List.of(new long[6]));
        Random random = new Random(number);
        for (int i = 0; i < 20 * edges.size(); i++) {
            vectors.add(IntStream.range(0, 6)
                    .mapToLong(_ -> edges.get(random.nextInt(edges.size())))
                    .toArray());
        }
        return vectors;
    }

    private static boolean isNumber(String name, int number) {
        return SyscallTable.of(Architecture.X86_64).number(name).orElse(-2) == number;
    }

    private static List<Long> edges(ArgumentCondition condition) {
        List<Long> edges = new ArrayList<>(List.of(0L, -1L, 0xFFFFFFFFL, 1L << 32));
        long around = ~condition.value() | condition.valueTwo();
        for (long value : new long[] {condition.value(), condition.valueTwo(), around}) {
            edges.addAll(
                    List.of(value - 1, value, value + 1, value ^ (1L << 32), value & 0xFFFFFFFFL, value ^ (1L << 63)));
        }
        return edges;
    }
}
