package dev.berth.cri.control;

import dev.berth.control.v1.Progress;
import dev.berth.image.pull.PullProgress;
import dev.berth.image.reference.Digest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Adds up what the import says of each layer. */
final class LayerProgress implements PullProgress {
    private record State(long total, AtomicLong done) {}

    private final Consumer<Progress> told;
    private final Map<Digest, State> layers = new ConcurrentHashMap<>();

    LayerProgress(Consumer<Progress> told) {
        this.told = told;
    }

    @Override
    public void layerStarted(Digest layer, long size) {
        layers.put(layer, new State(size, new AtomicLong()));
        tell(layer, 0, size);
    }

    @Override
    public void layerBytes(Digest layer, long count) {
        State state = layers.get(layer);
        if (state != null) {
            tell(layer, state.done().addAndGet(count), state.total());
        }
    }

    @Override
    public void layerDone(Digest layer) {
        State state = layers.remove(layer);
        if (state != null) {
            tell(layer, state.total(), state.total());
        }
    }

    private void tell(Digest layer, long done, long total) {
        told.accept(Progress.newBuilder()
                .setLayer(layer.toString())
                .setDone(done)
                .setTotal(total)
                .build());
    }
}
