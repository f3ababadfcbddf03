package dev.berth.cri.command;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Shows progress: on a terminal one line that is drawn again at most ten times a second, elsewhere one line for each part that is
 * done.
 */
final class ProgressBar implements ImageTool.Progress, AutoCloseable {
    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final String CLEAR_LINE = "\r\u001b[K";

    /** How far one part is, in bytes. */
    private record Part(long done, long total) {}

    private final PrintWriter out;
    private final boolean terminal;
    // Both guarded by this.
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Set<String> told = new LinkedHashSet<>();
    private long drawn;

    private ProgressBar(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static ProgressBar to(PrintWriter out, boolean terminal) {
        return new ProgressBar(out, terminal);
    }

    @Override
    public synchronized void at(String part, long done, long total) {
        parts.put(part, new Part(done, total));
        if (terminal) {
            redraw();
        } else if (total > 0 && done >= total && told.add(part)) {
            out.println("%s: %s".formatted(part, Bytes.text(total)));
            out.flush();
        }
    }

    /** Removes the bar. */
    @Override
    public synchronized void close() {
        if (drawn != 0) {
            out.print(CLEAR_LINE);
            out.flush();
            drawn = 0;
        }
    }

    private void redraw() {
        long now = System.nanoTime();
        if (drawn != 0 && now - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = now;
        out.print(CLEAR_LINE + line());
        out.flush();
    }

    private String line() {
        long done = parts.values().stream().mapToLong(Part::done).sum();
        long total = parts.values().stream()
                .mapToLong(part -> Math.max(part.total(), part.done()))
                .sum();
        int filled = total == 0 ? 0 : Math.toIntExact(WIDTH * done / total);
        return "[%s%s] %s of %s"
                .formatted("#".repeat(filled), "-".repeat(WIDTH - filled), Bytes.text(done), Bytes.text(total));
    }
}
