package dev.berth.runtime.launch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A prepared mount of a container, as an OCI runtime finds it in a bundle: everything but the root and the cgroups, in the order in
 * which the runtime mounts them.
 *
 * @param mount the detached mount
 * @param name where it is in the bundle, relative
 * @param directory whether its root is a directory
 * @param destination where it goes in the container
 */
public record BundleMount(int mount, String name, boolean directory, String destination) {
    /** The name of the root file system in a bundle. */
    public static final String ROOT = "rootfs";

    /** The folder of a bundle with the other mounts. */
    public static final String FOLDER = "mounts";

    /**
     * The mounts of a container, but for parts of its own root: an OCI runtime would look those up through whatever links the image
     * has on the way.
     */
    public static List<BundleMount> of(ContainerSpec spec) {
        List<BundleMount> all = new ArrayList<>();
        spec.mounts().stream()
                .filter(mount -> !mount.isOfRoot())
                .sorted(Comparator.comparingInt(BindMount::depth))
                .forEach(one -> add(all, one.mount(), one.directory(), one.path()));
        return all;
    }

    private static void add(List<BundleMount> all, int mount, boolean directory, String destination) {
        all.add(new BundleMount(mount, FOLDER + "/" + all.size(), directory, destination));
    }
}
