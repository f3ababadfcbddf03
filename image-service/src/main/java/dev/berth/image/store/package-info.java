/**
 * Images and layers on disk, who uses them, and what is in them.
 *
 * <p>Locks are taken in this order: a layer's work lock or the lock for committing, then the lock of {@code ImageStore}, then that of
 * {@code LayerStore}. Nothing is deleted and no lease is closed under the lock of {@code ImageStore}.
 */
@NullMarked
package dev.berth.image.store;

import org.jspecify.annotations.NullMarked;
