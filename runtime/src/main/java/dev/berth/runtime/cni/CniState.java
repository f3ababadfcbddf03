package dev.berth.runtime.cni;

import java.util.List;

/** Whether pods can be given a network. */
public sealed interface CniState {
    /** Sentences about files that are not valid. */
    List<String> problems();

    /** @param config the network of pods */
    record Ready(CniConfig config, List<String> problems) implements CniState {
        public Ready {
            problems = List.copyOf(problems);
        }
    }

    /** @param reason for the message of the condition NetworkReady */
    record NotReady(String reason, List<String> problems) implements CniState {
        public NotReady {
            problems = List.copyOf(problems);
        }
    }
}
