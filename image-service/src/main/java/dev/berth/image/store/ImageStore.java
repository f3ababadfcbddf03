package dev.berth.image.store;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import dev.berth.image.layer.KernelFailures;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.image.reference.Digest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Images on disk: {@code images/<id>/} with the configuration, the manifest and a record of the names. Records are replaced as a
 * whole, directories appear and vanish by rename. Reading takes no lock; changes are made one after another.
 */
public final class ImageStore implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ImageStore.class.getName());
    private static final String RECORD = "record.json";
    private static final String CONFIG = "config.json";
    private static final String MANIFEST = "manifest.json";
    private static final int FILES_PER_IMAGE = 4;

    private final Kernel kernel;
    private final Fd flock;
    private final Folder root;
    private final Folder folder;
    private final Trash trash;
    private final LayerStore layers;
    private final Set<String> pinned;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, StoredImage> images = new HashMap<>();
    private volatile Catalog catalog = Catalog.EMPTY;
    private long sequence;
    private long contentBytes;

    private ImageStore(Kernel kernel, Path path, Set<String> pinned) {
        this.kernel = kernel;
        this.pinned = Set.copyOf(pinned);
        this.root = Folder.at(kernel, path);
        this.flock = locked(path);
        this.trash = new Trash(root.child("tmp"));
        this.folder = root.child("images");
        this.layers = new LayerStore(kernel, path, root, trash);
    }

    /**
     * Opens a store and sweeps what a crash left unfinished.
     *
     * @param pinned names and ids of images that are never to be collected
     * @param held whether a container that outlived the last run uses the image with this id
     */
    public static ImageStore open(Kernel kernel, Path path, Set<String> pinned, Predicate<String> held) {
        try {
            ImageStore store = new ImageStore(kernel, path.toAbsolutePath().normalize(), pinned);
            store.recover(held);
            store.trash.emptyLater();
            return store;
        } catch (KernelFailure e) {
            throw KernelFailures.told("the image store %s cannot be opened".formatted(path), e);
        }
    }

    private Fd locked(Path path) {
        int flags = Kernel.O_RDWR | Kernel.O_CREAT | Kernel.O_NOFOLLOW;
        Fd file = new Fd(kernel, kernel.openat(root.fd(), "lock", flags, 0600));
        if (!kernel.tryFlock(file.number())) {
            file.close();
            root.close();
            throw new ImageFailure(
                    ImageFailure.Kind.INTERNAL, "the image store %s is in use by another process".formatted(path));
        }
        return file;
    }

    private void recover(Predicate<String> held) {
        for (String name : folder.names()) {
            StoredImage image = read(name);
            if (image == null || (image.removed && !held.test(image.id.toString()))) {
                trash.take(folder, name);
                if (image != null) {
                    image.leases.forEach(LayerLease::close);
                }
            } else {
                images.put(image.id.toString(), image);
                contentBytes += image.contentBytes;
            }
        }
        settleTags();
        layers.sweep();
        publish();
    }

    /** A crash between two records can leave a tag with two images: the later one has it. */
    private void settleTags() {
        Map<String, StoredImage> owners = new HashMap<>();
        for (StoredImage image : images.values()) {
            for (Map.Entry<String, Long> tag : List.copyOf(image.tags.entrySet())) {
                sequence = Math.max(sequence, tag.getValue());
                StoredImage other = owners.get(tag.getKey());
                if (other == null) {
                    owners.put(tag.getKey(), image);
                } else {
                    StoredImage loser = given(other, tag.getKey()) < tag.getValue() ? other : image;
                    owners.put(tag.getKey(), loser.equals(other) ? image : other);
                    loser.tags.remove(tag.getKey());
                }
            }
        }
    }

    private static long given(StoredImage image, String tag) {
        return image.tags.getOrDefault(tag, 0L);
    }

    /** Reads an image; null when it is damaged or lacks a layer. */
    private @Nullable StoredImage read(String name) {
        String id = "sha256:" + name;
        List<LayerLease> leases = new ArrayList<>();
        try (Folder inside = folder.child(name)) {
            byte[] configBytes = inside.read(CONFIG, Json.LONGEST);
            byte[] manifest = inside.read(MANIFEST, Json.LONGEST);
            byte[] record = inside.read(RECORD, Json.LONGEST);
            if (Digest.isDigest(id) && configBytes != null && manifest != null && record != null) {
                ImageConfig config = ImageConfig.parse(id, configBytes);
                config.chainIds().forEach(chain -> leases.add(layers.lease(chain)));
                long content = (long) configBytes.length + manifest.length;
                StoredImage image = new StoredImage(Digest.parse(id), config, content, leases);
                image.readRecord(record);
                if (leases.stream().allMatch(layers::isCommitted)) {
                    return image;
                }
            }
            LOG.log(System.Logger.Level.WARNING, "image {0} is incomplete and is dropped", name);
        } catch (ImageFailure | KernelFailure e) {
            LOG.log(System.Logger.Level.WARNING, "image {0} is damaged and is dropped: {1}", name, e.getMessage());
        }
        leases.forEach(LayerLease::close);
        return null;
    }

    public LayerStore layers() {
        return layers;
    }

    /**
     * Adds an image, or more names to one that is there.
     *
     * @param leases of its layers, bottom first, all committed; the store closes them
     */
    public Image add(ImageContent content, List<LayerLease> leases, ImageNames names) {
        List<LayerLease> spare = leases;
        lock.lock();
        try {
            StoredImage image = images.get(content.id().toString());
            if (image == null) {
                image = new StoredImage(content.id(), content.config(), content.bytes(), leases);
                name(image, names);
                create(image, content);
                spare = List.of();
            } else {
                image.removed = false;
                name(image, names);
                rewrite(image);
            }
            takeTags(image, names.tags());
            publish();
            return shown(image);
        } catch (KernelFailure e) {
            throw KernelFailures.told("image %s cannot be recorded".formatted(content.id()), e);
        } finally {
            lock.unlock();
            spare.forEach(LayerLease::close);
        }
    }

    /** Adds names to a listed image; null when it is not listed (any more). */
    public @Nullable Image addNames(String imageId, ImageNames names) {
        lock.lock();
        try {
            StoredImage image = images.get(imageId);
            if (image == null || image.removed) {
                return null;
            }
            name(image, names);
            rewrite(image);
            takeTags(image, names.tags());
            publish();
            return shown(image);
        } catch (KernelFailure e) {
            throw KernelFailures.told("image %s cannot be recorded".formatted(imageId), e);
        } finally {
            lock.unlock();
        }
    }

    private void name(StoredImage image, ImageNames names) {
        sequence++;
        names.tags().forEach(tag -> image.tags.put(tag, sequence));
        image.digests.addAll(names.digests());
    }

    private void create(StoredImage image, ImageContent content) {
        String room = trash.makeRoom(image.name());
        try (Folder inside = trash.folder().child(room)) {
            inside.replace(CONFIG, content.configBytes());
            inside.replace(MANIFEST, content.manifestBytes());
            inside.replace(RECORD, image.record());
            trash.folder().move(room, folder, image.name());
        } catch (KernelFailure e) {
            discard(room);
            throw e;
        }
        folder.sync();
        images.put(image.id.toString(), image);
        contentBytes += image.contentBytes;
    }

    private void rewrite(StoredImage image) {
        try (Folder inside = folder.child(image.name())) {
            inside.replace(RECORD, image.record());
        }
    }

    private void takeTags(StoredImage owner, Set<String> tags) {
        for (StoredImage other : images.values()) {
            if (!other.equals(owner) && other.tags.keySet().removeAll(tags)) {
                rewrite(other);
            }
        }
    }

    private void publish() {
        catalog = new Catalog(images.values().stream()
                .filter(image -> !image.removed)
                .map(this::shown)
                .sorted(Comparator.comparing(Image::id))
                .toList());
    }

    private Image shown(StoredImage image) {
        boolean keeps =
                pinned.contains(image.id.toString()) || image.names().stream().anyMatch(pinned::contains);
        return new Image(
                image.id.toString(),
                List.copyOf(image.tags.keySet()),
                List.copyOf(image.digests),
                layers.bytesOf(image.leases) + image.contentBytes,
                image.config,
                keeps);
    }

    /** All images, sorted by id. */
    public List<Image> list() {
        return catalog.all();
    }

    /** An image by any of its names, by id or by a unique part of it; null when there is none. */
    public @Nullable Image find(String reference) {
        return catalog.find(reference);
    }

    /** Removes an image with all its names; one that is not there is removed already. */
    public void remove(String reference) {
        List<LayerLease> free = List.of();
        lock.lock();
        try {
            Image found = catalog.find(reference);
            StoredImage image = found == null ? null : images.get(found.id());
            if (image == null) {
                return;
            }
            image.removed = true;
            if (image.holds == 0) {
                free = forget(image);
            } else {
                image.tags.clear();
                image.digests.clear();
                rewrite(image);
            }
            publish();
        } catch (KernelFailure e) {
            throw KernelFailures.told("image %s cannot be removed".formatted(reference), e);
        } finally {
            lock.unlock();
            free.forEach(LayerLease::close);
        }
        trash.empty();
    }

    /** Takes an image out of the store; the caller closes the leases, without the lock. */
    private List<LayerLease> forget(StoredImage image) {
        trash.take(folder, image.name());
        images.remove(image.id.toString());
        contentBytes -= image.contentBytes;
        return image.leases;
    }

    /** Keeps an image's layers for a container. */
    public Hold hold(String imageId) {
        lock.lock();
        try {
            StoredImage image = stored(imageId);
            image.holds++;
            AtomicBoolean closed = new AtomicBoolean();
            return () -> {
                if (!closed.getAndSet(true)) {
                    letGo(image);
                }
            };
        } finally {
            lock.unlock();
        }
    }

    private void letGo(StoredImage image) {
        List<LayerLease> free = List.of();
        lock.lock();
        try {
            image.holds--;
            if (image.holds == 0 && image.removed) {
                free = forget(image);
            }
        } finally {
            lock.unlock();
            free.forEach(LayerLease::close);
        }
        trash.empty();
    }

    /** Where the layers of an image are; it may be removed already, as long as it is held. */
    public LayerStack stack(String imageId) {
        lock.lock();
        try {
            return layers.stack(stored(imageId).leases.reversed());
        } finally {
            lock.unlock();
        }
    }

    /** The layers of an image as one tree. */
    MergedView view(String imageId) {
        lock.lock();
        try {
            return layers.view(stored(imageId).leases.reversed());
        } finally {
            lock.unlock();
        }
    }

    private StoredImage stored(String imageId) {
        StoredImage image = images.get(imageId);
        if (image == null) {
            throw new ImageFailure(ImageFailure.Kind.NOT_FOUND, "there is no image with the id %s".formatted(imageId));
        }
        return image;
    }

    public Usage usage() {
        lock.lock();
        try {
            Usage used = layers.usage();
            long files = (long) images.size() * FILES_PER_IMAGE;
            return new Usage(used.root(), used.bytes() + contentBytes, used.inodes() + files);
        } finally {
            lock.unlock();
        }
    }

    /** A new private directory for the work of one import; {@link #discard} removes it. */
    public String makeRoom(String purpose) {
        return trash.makeRoom(purpose);
    }

    public void discard(String room) {
        trash.folder().removeTree(room);
    }

    @Override
    public void close() {
        trash.close();
        layers.close();
        folder.close();
        root.close();
        flock.close();
    }
}
