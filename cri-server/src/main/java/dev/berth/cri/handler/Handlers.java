package dev.berth.cri.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The runtime handlers of this node by name: the built-in one and the OCI runtimes beside it. Immutable. */
public final class Handlers {
    /** The built-in handler, which is also meant by the empty name. */
    public static final String BUILT_IN = "berth";

    private final Map<String, OciRuntime> runtimes;

    public Handlers(List<OciRuntime> runtimes) {
        this.runtimes = runtimes.stream().collect(Collectors.toUnmodifiableMap(OciRuntime::name, Function.identity()));
    }

    /** The built-in handler alone. */
    public static Handlers builtIn() {
        return new Handlers(List.of());
    }

    /** The names that a pod may ask for, the empty one first. */
    public List<String> names() {
        return names(runtimes.keySet());
    }

    /** As {@link #names()}, where the OCI runtimes have these. */
    public static List<String> names(Iterable<String> runtimes) {
        List<String> names = new ArrayList<>();
        runtimes.forEach(names::add);
        names.sort(null);
        names.addAll(0, List.of("", BUILT_IN));
        return names;
    }

    /** The OCI runtime of this name, null for the built-in handler and for names that are not configured (any more). */
    public @Nullable OciRuntime find(String name) {
        return runtimes.get(name);
    }
}
