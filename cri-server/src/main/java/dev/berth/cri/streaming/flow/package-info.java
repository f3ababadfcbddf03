/** Bytes between descriptors and clients, with backpressure in both directions. */
@NullMarked
package dev.berth.cri.streaming.flow;

import org.jspecify.annotations.NullMarked;
