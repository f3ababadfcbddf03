package dev.berth.cri.command;

import dev.berth.cri.config.BerthConfig;
import java.util.List;

/** Finds out, by doing it, what the kernel and the node can do. */
@FunctionalInterface
public interface Checks {
    /** Runs every check; needs root for most of them. */
    List<CheckLine> run(BerthConfig config);
}
