package dev.berth.image.store;

/** Keeps the layers of an image on disk for a container, even when the image is removed meanwhile. */
public interface Hold extends AutoCloseable {
    /** Lets go; a second time does nothing. */
    @Override
    void close();
}
