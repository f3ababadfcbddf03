package dev.berth.cri.command;

import java.util.List;
import java.util.Locale;

/** Check results as a table of text with a sentence below. */
final class CheckTable {
    private CheckTable() {}

    static String of(List<CheckLine> lines) {
        int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (CheckLine line : lines) {
            String state = line.state().name().toLowerCase(Locale.ROOT);
            text.append(("%-7s  %-" + Math.max(1, width) + "s  %s")
                    .formatted(state, line.name(), line.detail())
                    .stripTrailing());
            text.append('\n');
            if (!line.cost().isEmpty()) {
                text.append(" ".repeat(9))
                        .append(" ".repeat(width))
                        .append("  -> ")
                        .append(line.cost())
                        .append('\n');
            }
        }
        return text.append(summary(lines)).append('\n').toString();
    }

    private static String summary(List<CheckLine> lines) {
        long missing = count(lines, CheckLine.State.MISSING);
        long limited = count(lines, CheckLine.State.LIMITED);
        if (missing > 0) {
            return "Pods cannot run here: %d of %d checks failed.".formatted(missing, lines.size());
        }
        return limited > 0
                ? "Pods can run here, with %d limits.".formatted(limited)
                : "Pods can run here; all %d checks passed.".formatted(lines.size());
    }

    private static long count(List<CheckLine> lines, CheckLine.State state) {
        return lines.stream().filter(line -> line.state() == state).count();
    }
}
