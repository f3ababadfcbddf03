package dev.berth.tests.critest;

import java.util.List;

/**
 * One run of critest.
 *
 * @param name of its files, and of the run in reports
 * @param flags more flags of critest
 */
public record CritestRun(String name, List<String> flags) {
    public CritestRun {
        flags = List.copyOf(flags);
    }
}
