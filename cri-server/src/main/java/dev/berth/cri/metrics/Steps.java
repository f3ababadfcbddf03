package dev.berth.cri.metrics;

import java.time.Duration;

/** Takes the time of every step of every verb. */
@FunctionalInterface
public interface Steps {
    /**
     * Records one step that has ended.
     *
     * @param verb the RPC's name, for example {@code RunPodSandbox}
     * @param step the step's name; a verb has a fixed set of them
     * @param outcome {@code done}, {@code failed} or {@code undone}
     */
    void record(String verb, String step, String outcome, Duration took);

    /** Takes nothing down. */
    static Steps none() {
        return (_, _, _, _) -> {};
    }
}
