package dev.berth.cri.container;

import dev.berth.cri.v1.Signal;
import dev.berth.runtime.signal.StopSignal;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The signals of the CRI by their numbers. */
final class StopSignals {
    /** Of two names for one number the first counts. */
    private static final Map<Integer, Signal> BY_NUMBER = Stream.of(Signal.values())
            .filter(signal -> signal != Signal.SIGNAL_RUNTIME_DEFAULT && signal != Signal.UNRECOGNIZED)
            .collect(Collectors.toUnmodifiableMap(
                    signal -> StopSignal.parse(signal.name()), signal -> signal, (first, _) -> first));

    private StopSignals() {}

    static Signal of(int number) {
        return BY_NUMBER.getOrDefault(number, Signal.SIGNAL_RUNTIME_DEFAULT);
    }
}
