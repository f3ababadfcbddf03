package dev.berth.cri.handler;

import dev.berth.runtime.oci.RuntimeCommand;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an operator says of one OCI runtime.
 *
 * @param name the runtime handler of pods whose containers it makes
 * @param annotations names of annotations that reach it; one that ends in {@code *} stands for all that begin so
 */
public record HandlerSettings(
        String name, RuntimeCommand command, Entry cgroups, Signals signals, List<String> annotations) {
    /** How the processes of a container get into its cgroup. */
    public enum Entry {
        /** The runtime is told the path and enters it. */
        PATH,
        /** The runtime is started in there and must leave it at that. */
        INHERITED
    }

    /** How a stop signal reaches a container. */
    public enum Signals {
        /** It is sent to the container's first process. */
        PROCESS,
        /** The runtime's own command sends it, since the first process that the node sees is a monitor. */
        COMMAND
    }

    public HandlerSettings {
        annotations = List.copyOf(annotations);
    }

    /** Those of the annotations that reach the runtime. */
    public Map<String, String> allowed(Map<String, String> given) {
        Map<String, String> passed = new TreeMap<>(given);
        passed.keySet().removeIf(name -> annotations.stream().noneMatch(pattern -> matches(pattern, name)));
        return passed;
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}
