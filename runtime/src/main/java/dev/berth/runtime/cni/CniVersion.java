package dev.berth.runtime.cni;

import java.util.List;
import java.util.Optional;

/** Versions of CNI that Berth speaks. */
enum CniVersion {
    V0_3_0("0.3.0"),
    V0_3_1("0.3.1"),
    V0_4_0("0.4.0"),
    V1_0_0("1.0.0"),
    V1_1_0("1.1.0");

    private final String text;

    CniVersion(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** DEL and CHECK are given the result of ADD. */
    boolean givesResultToDel() {
        return compareTo(V0_4_0) >= 0;
    }

    /** Plugins know the verbs STATUS and GC. */
    boolean hasStatusAndGc() {
        return compareTo(V1_1_0) >= 0;
    }

    /** The newest of the given versions that Berth speaks. */
    static Optional<CniVersion> newestOf(List<String> texts) {
        return List.of(values()).reversed().stream()
                .filter(version -> texts.contains(version.text))
                .findFirst();
    }
}
