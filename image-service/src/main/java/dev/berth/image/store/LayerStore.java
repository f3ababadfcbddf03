package dev.berth.image.store;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.json.Json;
import dev.berth.image.layer.KernelFailures;
import dev.berth.image.layer.Unpacked;
import dev.berth.image.reference.Digest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Layers on disk: {@code layers/<chain id>/fs}, named by chain id since what a directory without an entry of its own looks like
 * depends on the layers beneath. A layer is there once {@code committed} stands beside it, which happens after one syncfs for all
 * layers of a pull; others are swept at the next start. Layers live as long as their leases.
 */
public final class LayerStore implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LayerStore.class.getName());
    private static final String FILES = "fs";
    private static final String FACTS = "layer.json";
    private static final String MARKER = "committed";
    private static final int LONGEST_FACTS = 4096;

    /** Fills the directory of a layer. */
    public interface Work {
        /**
         * @param scratch a directory of the layer's own, for what has to be put aside
         * @param files the empty directory to fill
         */
        Unpacked into(int scratch, int files);
    }

    private final Kernel kernel;
    private final Path path;
    private final Folder folder;
    private final LayerLinks links;
    private final Trash trash;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock committing = new ReentrantLock();
    private final Map<Digest, Layer> layers = new HashMap<>();
    private long bytes;
    private long inodes;

    /**
     * Opens the layers beneath a store's root; those without a marker become trash.
     *
     * @param path of the root
     */
    LayerStore(Kernel kernel, Path path, Folder root, Trash trash) {
        this.kernel = kernel;
        this.path = path;
        this.trash = trash;
        this.folder = root.child("layers");
        this.links = new LayerLinks(kernel, root.child("l"));
        Map<String, String> known = links.read();
        for (String name : folder.names()) {
            recover(name, known);
        }
        // What is left are links to layers that are gone.
        known.values().forEach(links::remove);
    }

    private void recover(String name, Map<String, String> known) {
        String text = "sha256:" + name;
        if (Digest.isDigest(text)) {
            Layer layer = new Layer(Digest.parse(text));
            if (readFacts(layer)) {
                String link = known.remove(name);
                layer.link = link == null ? links.make(name) : link;
                layer.state = Layer.State.COMMITTED;
                layers.put(layer.chainId, layer);
                bytes += layer.bytes;
                inodes += layer.inodes;
                return;
            }
        }
        LOG.log(System.Logger.Level.INFO, "layer {0} was never finished and is swept", name);
        trash.take(folder, name);
    }

    private boolean readFacts(Layer layer) {
        try (Folder inside = folder.child(layer.name())) {
            byte[] facts = inside.has(MARKER) ? inside.read(FACTS, LONGEST_FACTS) : null;
            if (facts == null) {
                return false;
            }
            Json json = Json.parse(layer.name() + "/" + FACTS, facts);
            layer.bytes = json.requiredSize("bytes");
            layer.inodes = json.requiredSize("inodes");
            return true;
        } catch (ImageFailure | KernelFailure e) {
            LOG.log(System.Logger.Level.WARNING, "layer {0} cannot be read: {1}", layer.name(), e.getMessage());
            return false;
        }
    }

    /** Gives up what nobody leased since the start. */
    void sweep() {
        lock.lock();
        try {
            List.copyOf(layers.values()).stream()
                    .filter(layer -> layer.users == 0)
                    .forEach(this::drop);
        } finally {
            lock.unlock();
        }
    }

    /** A lease on a layer that may or may not be there yet. */
    public LayerLease lease(Digest chainId) {
        lock.lock();
        try {
            Layer layer = layers.computeIfAbsent(chainId, Layer::new);
            layer.users++;
            return new LayerLease(this, layer);
        } finally {
            lock.unlock();
        }
    }

    void release(Layer layer) {
        lock.lock();
        try {
            layer.users--;
            if (layer.users == 0) {
                drop(layer);
            }
        } finally {
            lock.unlock();
        }
        trash.empty();
    }

    private void drop(Layer layer) {
        layers.remove(layer.chainId);
        if (layer.state != Layer.State.ABSENT) {
            bytes -= layer.bytes;
            inodes -= layer.inodes;
            discard(layer);
        }
    }

    private void discard(Layer layer) {
        layer.state = Layer.State.ABSENT;
        links.remove(layer.link);
        trash.take(folder, layer.name());
    }

    public boolean isThere(LayerLease lease) {
        return state(lease.layer()) != Layer.State.ABSENT;
    }

    /** Whether a layer is there and durable. */
    boolean isCommitted(LayerLease lease) {
        return state(lease.layer()) == Layer.State.COMMITTED;
    }

    private Layer.State state(Layer layer) {
        lock.lock();
        try {
            return layer.state;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Unpacks a layer unless it is there. One caller works, the others wait for it; when it fails the next one tries.
     *
     * @return whether this call did the work
     */
    public boolean unpack(LayerLease lease, Work work) throws InterruptedException {
        Layer layer = lease.layer();
        layer.work.lockInterruptibly();
        try {
            if (state(layer) != Layer.State.ABSENT) {
                return false;
            }
            fill(layer, work);
            return true;
        } finally {
            layer.work.unlock();
        }
    }

    private void fill(Layer layer, Work work) {
        begin(layer);
        try (Folder inside = folder.child(layer.name());
                Folder files = inside.child(FILES)) {
            kernel.fchmod(files.fd(), 0755);
            Unpacked unpacked = work.into(inside.fd(), files.fd());
            finish(layer, unpacked);
        } catch (KernelFailure e) {
            throw KernelFailures.told("layer %s cannot be stored".formatted(layer.chainId), e);
        } finally {
            abandonUnfinished(layer);
        }
    }

    private void begin(Layer layer) {
        lock.lock();
        try {
            layer.link = links.make(layer.name());
        } catch (KernelFailure e) {
            throw KernelFailures.told("layer %s cannot be stored".formatted(layer.chainId), e);
        } finally {
            lock.unlock();
        }
    }

    private void finish(Layer layer, Unpacked unpacked) {
        lock.lock();
        try {
            layer.bytes = unpacked.bytes();
            layer.inodes = unpacked.inodes();
            layer.impliedDirectories = unpacked.impliedDirectories();
            layer.state = Layer.State.UNPACKED;
            bytes += layer.bytes;
            inodes += layer.inodes;
        } finally {
            lock.unlock();
        }
    }

    private void abandonUnfinished(Layer layer) {
        lock.lock();
        try {
            if (layer.state == Layer.State.ABSENT) {
                discard(layer);
            }
        } finally {
            lock.unlock();
        }
        trash.empty();
    }

    /** Makes the layers of an image durable and marks them so; all must be there. */
    public void commit(List<LayerLease> bottomFirst) {
        committing.lock();
        try {
            List<Layer> fresh = new ArrayList<>();
            for (int i = 0; i < bottomFirst.size(); i++) {
                Layer layer = bottomFirst.get(i).layer();
                if (state(layer) == Layer.State.UNPACKED) {
                    settle(layer, bottomFirst.subList(0, i));
                    fresh.add(layer);
                }
            }
            if (!fresh.isEmpty()) {
                kernel.syncfs(folder.fd());
                fresh.forEach(this::mark);
            }
        } catch (KernelFailure e) {
            throw KernelFailures.told("the layers cannot be made durable", e);
        } finally {
            committing.unlock();
        }
    }

    private void settle(Layer layer, List<LayerLease> beneath) {
        try (Folder inside = folder.child(layer.name());
                Folder files = inside.child(FILES)) {
            if (!layer.impliedDirectories.isEmpty() && !beneath.isEmpty()) {
                try (MergedView lower = view(beneath.reversed())) {
                    new ImpliedDirectories(kernel, files.fd(), inside.fd(), lower).settle(layer.impliedDirectories);
                }
            }
            byte[] facts = Json.write(Json.object()
                    .put("chainId", layer.chainId.toString())
                    .put("bytes", layer.bytes)
                    .put("inodes", layer.inodes));
            inside.write(FACTS, facts);
        }
    }

    private void mark(Layer layer) {
        try (Folder inside = folder.child(layer.name())) {
            inside.touch(MARKER);
        }
        lock.lock();
        try {
            layer.state = Layer.State.COMMITTED;
            layer.impliedDirectories = List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Layers as one tree, top first. */
    MergedView view(List<LayerLease> topFirst) {
        List<Fd> roots = new ArrayList<>();
        int flags = Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_NOFOLLOW;
        for (LayerLease lease : topFirst) {
            String name = lease.layer().name() + "/" + FILES;
            roots.add(new Fd(kernel, kernel.openat(folder.fd(), name, flags, 0)));
        }
        return new MergedView(kernel, roots);
    }

    LayerStack stack(List<LayerLease> topFirst) {
        List<LayerPath> paths = new ArrayList<>();
        for (LayerLease lease : topFirst) {
            Layer layer = lease.layer();
            Path directory = path.resolve("layers").resolve(layer.name()).resolve(FILES);
            paths.add(new LayerPath(directory, layer.link));
        }
        return new LayerStack(path.resolve("l"), paths);
    }

    long bytesOf(List<LayerLease> leases) {
        lock.lock();
        try {
            return leases.stream().mapToLong(lease -> lease.layer().bytes).sum();
        } finally {
            lock.unlock();
        }
    }

    /** What all layers together take. */
    Usage usage() {
        lock.lock();
        try {
            return new Usage(path, bytes, inodes);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        links.close();
        folder.close();
    }
}
