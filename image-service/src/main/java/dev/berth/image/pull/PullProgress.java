package dev.berth.image.pull;

import dev.berth.image.reference.Digest;

/**
 * Told how a pull or an import comes along, from several threads at once; should return quickly. A layer is named by its diff id.
 */
public interface PullProgress {
    /** A progress that nobody looks at. */
    PullProgress NONE = new PullProgress() {};

    /** A layer that is in the store already. */
    default void layerPresent(Digest layer) {}

    /** @param size bytes to come, compressed */
    default void layerStarted(Digest layer, long size) {}

    /** @param count compressed bytes since the last call */
    default void layerBytes(Digest layer, long count) {}

    /** A layer that is verified and unpacked. */
    default void layerDone(Digest layer) {}
}
