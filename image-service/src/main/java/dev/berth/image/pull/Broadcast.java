package dev.berth.image.pull;

import dev.berth.image.reference.Digest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells everyone who waits for one pull. A listener that fails is nobody's failure but its own. */
final class Broadcast implements PullProgress {
    private static final System.Logger LOG = System.getLogger(Broadcast.class.getName());

    private final List<PullProgress> listeners = new CopyOnWriteArrayList<>();

    void add(PullProgress listener) {
        listeners.add(listener);
    }

    @Override
    public void layerPresent(Digest layer) {
        tell(listener -> listener.layerPresent(layer));
    }

    @Override
    public void layerStarted(Digest layer, long size) {
        tell(listener -> listener.layerStarted(layer, size));
    }

    @Override
    public void layerBytes(Digest layer, long count) {
        tell(listener -> listener.layerBytes(layer, count));
    }

    @Override
    public void layerDone(Digest layer) {
        tell(listener -> listener.layerDone(layer));
    }

    private void tell(Consumer<PullProgress> event) {
        for (PullProgress listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a listener of a pull failed", e);
            }
        }
    }
}
