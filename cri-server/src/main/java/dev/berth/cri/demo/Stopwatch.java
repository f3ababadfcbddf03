package dev.berth.cri.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** Runs steps and prints each with the time that it took. */
final class Stopwatch {
    private final PrintStream out;

    Stopwatch(PrintStream out) {
        this.out = out;
    }

    <T> T step(String name, Supplier<T> work) {
        long begin = System.nanoTime();
        T result = work.get();
        out.printf("  %-34s %s%n", name, milliseconds(Duration.ofNanos(System.nanoTime() - begin)));
        return result;
    }

    static String milliseconds(Duration duration) {
        return String.format(Locale.ROOT, "%8.1f ms", (double) duration.toNanos() / 1e6);
    }
}
