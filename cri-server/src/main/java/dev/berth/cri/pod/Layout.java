package dev.berth.cri.pod;

import java.nio.file.Path;

/**
 * Where things are.
 *
 * @param state what dies with the boot: records, sockets, pod directories
 * @param root what survives it: images, writable layers, network attachments
 * @param netns where network namespaces are pinned for CNI plugins
 */
public record Layout(Path state, Path root, Path netns) {
    public Path podDirectory(String pod) {
        return state.resolve("pods").resolve(pod);
    }

    public Path shm(String pod) {
        return podDirectory(pod).resolve("shm");
    }

    public Path netnsOf(String pod) {
        return netns.resolve("berth-" + pod);
    }

    public Path podRecords() {
        return state.resolve("records/pods");
    }

    public Path containerRecords() {
        return state.resolve("records/containers");
    }

    /** The directory with the upper and work directory of a container's overlay. */
    public Path writableLayer(String container) {
        return writableLayers().resolve(container);
    }

    public Path writableLayers() {
        return root.resolve("rw");
    }

    /** The bundles of containers that OCI runtimes make, a directory for each handler. */
    public Path bundles() {
        return state.resolve("bundles");
    }

    public Path bundles(String handler) {
        return bundles().resolve(handler);
    }

    /** The lowest layer of every container's root. */
    public Path mountPoints() {
        return root.resolve("mountpoints");
    }

    /** A directory that stays empty: one of those that something is always mounted on. */
    public Path emptyDirectory() {
        return mountPoints().resolve("proc");
    }

    public Path attachments() {
        return root.resolve("cni");
    }
}
