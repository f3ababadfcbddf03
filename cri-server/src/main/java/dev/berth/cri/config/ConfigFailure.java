package dev.berth.cri.config;

import java.util.List;

/** A configuration that cannot be used. The message has one line for each thing that is wrong. */
public final class ConfigFailure extends RuntimeException {
    private final List<String> problems;

    ConfigFailure(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence for each thing that is wrong; each begins with where it is. */
    public List<String> problems() {
        return problems;
    }
}
