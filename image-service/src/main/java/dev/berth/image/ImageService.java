package dev.berth.image;

import dev.berth.image.layout.Importer;
import dev.berth.image.pull.Installer;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.pull.Puller;
import dev.berth.image.reference.Reference;
import dev.berth.image.registry.Credentials;
import dev.berth.image.registry.Registries;
import dev.berth.image.store.Hold;
import dev.berth.image.store.Image;
import dev.berth.image.store.ImageFiles;
import dev.berth.image.store.ImageStore;
import dev.berth.image.store.LayerStack;
import dev.berth.image.store.Usage;
import dev.berth.runtime.kernel.Kernel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images of this node. Every method is safe to call from any thread, also a virtual one, and fails with
 * {@link dev.berth.image.failure.ImageFailure}.
 */
public final class ImageService implements AutoCloseable {
    private final ImageStore store;
    private final Registries registries;
    private final Puller puller;
    private final Importer importer;
    private final ImageFiles files;

    /** Opens the store and sweeps what a crash left; one process at a time. */
    public ImageService(Kernel kernel, ImageSettings settings) {
        store = ImageStore.open(kernel, settings.root(), settings.pinned(), settings.held());
        registries = new Registries(settings.registries());
        Installer installer = new Installer(kernel, store, settings.maxConcurrentLayers());
        puller = new Puller(registries, store, installer, settings.platform());
        importer = new Importer(store, installer, settings.platform());
        files = new ImageFiles(kernel, store);
    }

    /**
     * Pulls what a reference means now. The same pull asked for again meanwhile is done once; an interrupt ends this caller's
     * wait with CANCELLED, and the pull when nobody else waits.
     *
     * @param credentials for the registry of the reference; null to go by the node's own
     */
    public Image pull(Reference reference, @Nullable Credentials credentials, PullProgress progress) {
        return puller.pull(reference, credentials, progress);
    }

    /** All images, sorted by id. */
    public List<Image> list() {
        return store.list();
    }

    /**
     * An image by tag, repo digest, id (with or without {@code sha256:}) or unique start of an id; null when there is none, also
     * when the text is no reference at all.
     */
    public @Nullable Image find(String reference) {
        return store.find(reference);
    }

    /** Removes an image with all its names. Layers stay while other images or holds need them. Absent is removed already. */
    public void remove(String reference) {
        store.remove(reference);
    }

    public Usage usage() {
        return store.usage();
    }

    /**
     * Where the layers of an image are, top first.
     *
     * @param imageId {@code sha256:<hex>}; the image may be removed already as long as it is held
     */
    public LayerStack layers(String imageId) {
        return store.stack(imageId);
    }

    /** Keeps the layers of an image for a container, until closed. */
    public Hold hold(String imageId) {
        return store.hold(imageId);
    }

    /** Imports all images of an OCI layout or a docker archive, under the names inside. */
    public List<Image> importArchive(Path archive, PullProgress progress) {
        return importer.importArchive(archive, null, progress);
    }

    /** Imports the one image of an archive under a name of the caller's. */
    public Image importArchive(Path archive, Reference name, PullProgress progress) {
        return importer.importArchive(archive, name, progress).getFirst();
    }

    /** Files inside images, such as {@code etc/passwd}. */
    public ImageFiles files() {
        return files;
    }

    @Override
    public void close() {
        puller.close();
        registries.close();
        store.close();
    }
}
