package dev.berth.runtime.seccomp;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;

/** A flag for the seccomp call that loads a filter. */
public enum FilterFlag {
    /** All threads get the filter; a container starts with one, so this has no effect. */
    SECCOMP_FILTER_FLAG_TSYNC(0),
    SECCOMP_FILTER_FLAG_LOG(2),
    SECCOMP_FILTER_FLAG_SPEC_ALLOW(4),
    /** Concerns listeners, which Berth does not offer, so this has no effect. */
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV(0);

    private final int bit;

    FilterFlag(int bit) {
        this.bit = bit;
    }

    static FilterFlag parse(String name) {
        for (FilterFlag flag : values()) {
            if (flag.name().equals(name)) {
                return flag;
            }
        }
        throw new IllegalArgumentException("seccomp flag \"%s\" is not known; it must be one of %s"
                .formatted(name, EnumSet.allOf(FilterFlag.class)));
    }

    /** The names of the flags that are set in the argument of seccomp(2). */
    static List<String> names(int bits) {
        return Arrays.stream(values())
                .filter(flag -> (flag.bit & bits) != 0)
                .map(FilterFlag::name)
                .toList();
    }

    /** The flags argument of seccomp(2). */
    static int bits(Collection<FilterFlag> flags) {
        return flags.stream().mapToInt(flag -> flag.bit).reduce(0, (one, other) -> one | other);
    }
}
