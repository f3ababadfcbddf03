package dev.berth.cri.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values given on the command line, each over one key of the file. */
public final class Flags {
    private final List<Given> given = new ArrayList<>();

    /** Sets a key when the option was given. */
    public Flags set(String key, String option, @Nullable String value) {
        if (value != null) {
            given.add(new Given(key, value, new Source.Flag(option)));
        }
        return this;
    }

    /** Sets a list when the option was given at least once. */
    public Flags setAll(String key, String option, List<String> values) {
        if (!values.isEmpty()) {
            given.add(new Given(key, List.copyOf(values), new Source.Flag(option)));
        }
        return this;
    }

    List<Given> given() {
        return List.copyOf(given);
    }
}
