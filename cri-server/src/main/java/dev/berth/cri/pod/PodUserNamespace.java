package dev.berth.cri.pod;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.IDMapping;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.cri.v1.UserNamespace;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.launch.IdMap;
import java.util.List;

/**
 * The user namespace of a pod, as CRI asks for it. No process and no file holds it: the pod's network namespace belongs to it, and
 * is how it is found again.
 */
public final class PodUserNamespace {
    private static final long LARGEST = 0xFFFF_FFFFL;

    private PodUserNamespace() {}

    /**
     * Where the ids of a pod lie.
     *
     * @throws CriFailure INVALID when they cannot lie so
     */
    static IdMap validate(NamespaceOption options) {
        UserNamespace asked = options.getUsernsOptions();
        if (!own(options)) {
            return IdMap.NODE;
        }
        if (asked.getMode() != NamespaceMode.POD) {
            throw CriFailure.invalid("the user namespace of a pod has mode POD or NODE, but %s was asked for"
                    .formatted(asked.getMode()));
        }
        IdMap ids = map("uids", asked.getUidsList());
        if (!map("gids", asked.getGidsList()).equals(ids)) {
            throw CriFailure.invalid("the uids and gids of a pod's user namespace must be mapped alike");
        }
        for (NamespaceMode mode : List.of(options.getNetwork(), options.getIpc(), options.getPid())) {
            if (mode == NamespaceMode.NODE) {
                throw CriFailure.invalid(
                        "a pod with a user namespace of its own cannot share the network, ipc or pid namespace of the node");
            }
        }
        return ids;
    }

    private static boolean own(NamespaceOption options) {
        return options.hasUsernsOptions() && options.getUsernsOptions().getMode() != NamespaceMode.NODE;
    }

    private static IdMap map(String which, List<IDMapping> mappings) {
        if (mappings.size() != 1) {
            throw CriFailure.invalid("a pod's user namespace takes exactly one mapping of %s, but %d were given"
                    .formatted(which, mappings.size()));
        }
        IDMapping mapping = mappings.getFirst();
        long first = Integer.toUnsignedLong(mapping.getHostId());
        long length = Integer.toUnsignedLong(mapping.getLength());
        if (mapping.getContainerId() != 0) {
            throw CriFailure.invalid("the mapping of %s begins with container id %s; it must begin with 0"
                    .formatted(which, Integer.toUnsignedString(mapping.getContainerId())));
        }
        if (length == 0 || first + length > LARGEST) {
            throw CriFailure.invalid("the mapping of %s to %d, %d ids long, leaves the ids 0 to %d"
                    .formatted(which, first, length, LARGEST - 1));
        }
        return new IdMap(first, length);
    }

    /** The ids of a pod that was validated. */
    static IdMap of(NamespaceOption options) {
        if (!own(options)) {
            return IdMap.NODE;
        }
        IDMapping mapping = options.getUsernsOptions().getUids(0);
        return new IdMap(Integer.toUnsignedLong(mapping.getHostId()), Integer.toUnsignedLong(mapping.getLength()));
    }

    /**
     * Checks what a container says about the user namespace: nothing, or what its pod said.
     *
     * @throws CriFailure INVALID when it says something else
     */
    public static void requireSame(Pod pod, NamespaceOption asked) {
        boolean same = !asked.hasUsernsOptions()
                || (own(asked) == pod.ids().own()
                        && (!own(asked)
                                || asked.getUsernsOptions()
                                        .equals(pod.namespaces().getUsernsOptions())));
        if (!same) {
            throw CriFailure.invalid(
                    "the container asks for another user namespace than its pod sandbox %s has".formatted(pod.id()));
        }
        if (pod.ids().own() && asked.getPid() == NamespaceMode.NODE) {
            throw CriFailure.invalid(
                    "a container in a user namespace cannot share the pid namespace of the node; use POD or CONTAINER");
        }
    }

    /** A descriptor of it; the pod must have one of its own. */
    public static Fd open(Platform platform, Pod pod) {
        Kernel kernel = platform.kernel();
        String path = platform.layout().netnsOf(pod.id()).toString();
        try (Fd network = new Fd(kernel, kernel.openat(Kernel.AT_FDCWD, path, Kernel.O_RDONLY, 0))) {
            return new Fd(kernel, kernel.owningUserNamespace(network.number()));
        }
    }
}
