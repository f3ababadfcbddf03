package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.image.Images;
import dev.berth.cri.pod.Platform;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodFiles;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import dev.berth.image.store.LayerStack;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.launch.BindMount;
import dev.berth.runtime.launch.MountFlags;
import dev.berth.state.v1.ContainerRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * The mounts of a container, pinned: each source is looked up once, cloned, and given its attributes while detached. Whatever a
 * container of the pod does to the path afterwards changes nothing.
 */
final class HostMounts {
    private final Platform platform;
    private final Images images;

    HostMounts(Platform platform, Images images) {
        this.platform = platform;
        this.images = images;
    }

    /**
     * Opens all mounts; on failure none stays open.
     *
     * @param userNamespace a descriptor of the pod's, -1 for the node's
     */
    List<BindMount> open(Container container, int userNamespace) {
        List<BindMount> mounts = new ArrayList<>();
        try {
            asked(container.record(), userNamespace, mounts);
            declared(container.record(), mounts);
            defaults(container, mounts);
            return mounts;
        } catch (RuntimeException failure) {
            mounts.forEach(mount -> mount.close(platform.kernel()));
            throw failure;
        }
    }

    /** Those of the request, then those of its CDI devices. */
    private static List<Mount> asked(ContainerRecord record) {
        List<Mount> all = new ArrayList<>(record.getConfig().getMountsList());
        all.addAll(record.getCdiMountsList());
        return all;
    }

    private void asked(ContainerRecord record, int userNamespace, List<BindMount> into) {
        Iterator<String> volumeImages = record.getVolumeImagesList().iterator();
        for (Mount mount : asked(record)) {
            if (ImageVolume.isAskedFor(mount)) {
                into.add(image(record, mount, volumeImages.next(), userNamespace));
            } else {
                into.add(bind(record, mount, userNamespace));
            }
        }
    }

    /** Volumes of the image, which only a read-only root needs. */
    private static void declared(ContainerRecord record, List<BindMount> into) {
        if (record.getConfig().getLinux().getSecurityContext().getReadonlyRootfs()) {
            record.getDeclaredVolumesList().forEach(path -> into.add(BindMount.ofRoot(path)));
        }
    }

    private BindMount image(ContainerRecord record, Mount mount, String imageId, int userNamespace) {
        Kernel kernel = platform.kernel();
        try (Fd clone = new Fd(kernel, ImageVolume.open(kernel, stack(record, imageId, userNamespace), mount))) {
            MountOptions.of(mount).apply(kernel, clone.number());
            return new BindMount(clone.release(), clean(mount.getContainerPath()), true);
        }
    }

    /** A label is an option of an overlay, which one layer alone is not: there is an empty one for that. */
    private Overlay.Stack stack(ContainerRecord record, String imageId, int userNamespace) {
        LayerStack layers = images.layers(imageId);
        String label = record.getLabels().getFile();
        boolean alone = !label.isEmpty() && layers.topFirst().size() == 1;
        LayerStack enough = alone ? layers.over(platform.layout().emptyDirectory()) : layers;
        return new Overlay.Stack(enough, null, null, userNamespace, label);
    }

    private BindMount bind(ContainerRecord record, Mount mount, int userNamespace) {
        try (Fd clone = clone(Path.of(mount.getHostPath()), Kernel.AT_RECURSIVE)) {
            VolumeLabel.apply(platform.kernel(), clone.number(), mount, record.getLabels());
            attributes(clone, mount);
            MountIds.apply(platform.kernel(), clone, mount, userNamespace);
            boolean directory = platform.kernel()
                    .fstatat(clone.number(), "", Kernel.AT_EMPTY_PATH)
                    .isDirectory();
            return new BindMount(clone.release(), clean(mount.getContainerPath()), directory);
        }
    }

    /** A clone of a shared mount stays in its peer group: that is what bidirectional means, so there nothing is changed. */
    private void attributes(Fd clone, Mount mount) {
        Kernel kernel = platform.kernel();
        try {
            switch (mount.getPropagation()) {
                case PROPAGATION_BIDIRECTIONAL -> {}
                case PROPAGATION_HOST_TO_CONTAINER ->
                    kernel.mountSetattr(clone.number(), true, 0, 0, Kernel.MS_SLAVE, 0);
                case PROPAGATION_PRIVATE, UNRECOGNIZED ->
                    kernel.mountSetattr(clone.number(), true, 0, 0, Kernel.MS_PRIVATE, 0);
            }
            if (mount.getReadonly()) {
                boolean recursive = mount.getRecursiveReadOnly();
                kernel.mountSetattr(clone.number(), recursive, Kernel.MOUNT_ATTR_RDONLY, 0, 0, 0);
            }
            MountOptions.of(mount).apply(kernel, clone.number());
        } catch (KernelFailure failure) {
            throw CriFailure.invalid("the mount of %s on %s cannot be made so: %s"
                    .formatted(mount.getHostPath(), mount.getContainerPath(), failure.getMessage()));
        }
    }

    private Fd clone(Path source, int recursive) {
        try {
            Kernel kernel = platform.kernel();
            int flags = Kernel.OPEN_TREE_CLONE | recursive;
            return new Fd(kernel, kernel.openTree(Kernel.AT_FDCWD, source.toString(), flags));
        } catch (KernelFailure failure) {
            if (failure.is(Errno.ENOENT)) {
                throw CriFailure.invalid("the mount's host path %s does not exist any more".formatted(source));
            }
            throw failure;
        }
    }

    /** What every container has unless it mounts something of its own there. */
    private void defaults(Container container, List<BindMount> into) {
        Set<String> taken = new HashSet<>();
        into.forEach(mount -> taken.add(mount.path()));
        Pod pod = container.pod();
        Path directory = platform.layout().podDirectory(pod.id());
        boolean readonly =
                container.record().getConfig().getLinux().getSecurityContext().getReadonlyRootfs();
        file(directory.resolve(PodFiles.RESOLV_CONF), "/etc/resolv.conf", readonly, taken, into);
        file(directory.resolve(PodFiles.HOSTNAME), "/etc/hostname", readonly, taken, into);
        file(directory.resolve(PodFiles.HOSTS), "/etc/hosts", readonly, taken, into);
        if (!taken.contains("/dev/shm") && !taken.contains("/dev")) {
            Path shm = pod.hostIpc() ? Path.of("/dev/shm") : platform.layout().shm(pod.id());
            add(shm, "/dev/shm", MountFlags.INERT, true, into);
        }
    }

    private void file(Path source, String path, boolean readonly, Set<String> taken, List<BindMount> into) {
        if (!taken.contains(path)) {
            add(source, path, MountFlags.INERT | (readonly ? Kernel.MOUNT_ATTR_RDONLY : 0), false, into);
        }
    }

    private void add(Path source, String path, long attributes, boolean directory, List<BindMount> into) {
        try (Fd clone = clone(source, 0)) {
            platform.kernel().mountSetattr(clone.number(), false, attributes, 0, Kernel.MS_PRIVATE, 0);
            into.add(new BindMount(clone.release(), path, directory));
        }
    }

    /** The propagation that the container's root needs so that its mounts can have theirs. */
    static long rootPropagation(ContainerRecord record) {
        long propagation = Kernel.MS_PRIVATE;
        for (Mount mount : asked(record)) {
            if (mount.getPropagation() == MountPropagation.PROPAGATION_BIDIRECTIONAL) {
                return Kernel.MS_SHARED;
            }
            if (mount.getPropagation() == MountPropagation.PROPAGATION_HOST_TO_CONTAINER) {
                propagation = Kernel.MS_SLAVE;
            }
        }
        return propagation;
    }

    private static String clean(String path) {
        return Path.of(path).normalize().toString();
    }
}
