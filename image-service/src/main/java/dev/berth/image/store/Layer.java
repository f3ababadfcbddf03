package dev.berth.image.store;

import dev.berth.image.reference.Digest;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** A layer that someone uses or is about to make. Fields are guarded by the lock of {@link LayerStore}. */
final class Layer {
    enum State {
        /** Nothing is on disk, or something unfinished. */
        ABSENT,
        /** Its files are there, not yet known to be durable. */
        UNPACKED,
        /** Durable, and marked so. */
        COMMITTED
    }

    final Digest chainId;
    /** Held by whoever unpacks the layer; others who want it wait here. */
    final ReentrantLock work = new ReentrantLock();

    State state = State.ABSENT;
    String link = "";
    int users;
    long bytes;
    long inodes;
    List<String> impliedDirectories = List.of();

    Layer(Digest chainId) {
        this.chainId = chainId;
    }

    /** The layer's name in the store. */
    String name() {
        return chainId.hex();
    }
}
