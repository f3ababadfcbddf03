package dev.berth.cri.metrics;

import java.util.function.Supplier;

/**
 * A gauge that is read at each scrape.
 *
 * @param name with dots, for example {@code berth.pods}; Prometheus sees {@code berth_pods}
 * @param help one sentence
 * @param value read on the scrape's thread; must be quick and must not block
 */
public record Reading(String name, String help, Supplier<? extends Number> value) {}
