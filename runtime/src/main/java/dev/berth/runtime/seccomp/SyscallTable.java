package dev.berth.runtime.seccomp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/** The numbers of the system calls of one architecture. */
final class SyscallTable {
    private static final List<Architecture> COLUMNS =
            List.of(Architecture.X86_64, Architecture.AARCH64, Architecture.X86, Architecture.ARM);

    private final Map<String, Integer> numbers;

    private SyscallTable(Map<String, Integer> numbers) {
        this.numbers = Collections.unmodifiableMap(numbers);
    }

    static SyscallTable of(Architecture architecture) {
        return Objects.requireNonNull(Resource.TABLES.get(architecture));
    }

    /** The number of a call, or empty when the architecture has none of that name. */
    OptionalInt number(String name) {
        Integer number = numbers.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Every name with its number. */
    Map<String, Integer> numbers() {
        return numbers;
    }

    /** Reads the resource, one call a line, when a table is first asked for. */
    private static final class Resource {
        static final Map<Architecture, SyscallTable> TABLES = read();

        private static Map<Architecture, SyscallTable> read() {
            Map<Architecture, Map<String, Integer>> numbers = new EnumMap<>(Architecture.class);
            COLUMNS.forEach(architecture -> numbers.put(architecture, new HashMap<>()));
            InputStream resource = Objects.requireNonNull(SyscallTable.class.getResourceAsStream("syscalls.tsv"));
            try (BufferedReader in = new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
                in.lines().filter(line -> !line.startsWith("#")).forEach(line -> add(numbers, line.split("\t", -1)));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            Map<Architecture, SyscallTable> tables = new EnumMap<>(Architecture.class);
            numbers.forEach((architecture, table) -> tables.put(architecture, new SyscallTable(table)));
            return tables;
        }

        private static void add(Map<Architecture, Map<String, Integer>> numbers, String[] fields) {
            for (int column = 0; column < COLUMNS.size(); column++) {
                String number = fields[column + 1];
                if (!number.equals("-")) {
                    Objects.requireNonNull(numbers.get(COLUMNS.get(column))).put(fields[0], Integer.parseInt(number));
                }
            }
        }
    }
}
