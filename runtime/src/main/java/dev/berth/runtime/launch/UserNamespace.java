package dev.berth.runtime.launch;

import java.util.List;

/**
 * The user namespace of a pod, as a plan needs it.
 *
 * @param descriptor of the namespace, which the plan takes over; -1 for the node's
 * @param ids where its ids lie among the node's
 */
public record UserNamespace(int descriptor, IdMap ids) {
    /** The node's. */
    public static final UserNamespace NODE = new UserNamespace(-1, IdMap.NODE);

    boolean own() {
        return ids.own();
    }

    List<Integer> descriptors() {
        return descriptor < 0 ? List.of() : List.of(descriptor);
    }
}
