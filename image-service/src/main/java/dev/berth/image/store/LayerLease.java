package dev.berth.image.store;

import dev.berth.image.reference.Digest;
import java.util.concurrent.atomic.AtomicBoolean;

/** A promise that a layer stays on disk, until it is closed. A layer that nobody holds a lease of is deleted. */
public final class LayerLease implements AutoCloseable {
    private final LayerStore store;
    private final Layer layer;
    private final AtomicBoolean closed = new AtomicBoolean();

    LayerLease(LayerStore store, Layer layer) {
        this.store = store;
        this.layer = layer;
    }

    public Digest chainId() {
        return layer.chainId;
    }

    Layer layer() {
        return layer;
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            store.release(layer);
        }
    }
}
