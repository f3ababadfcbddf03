package dev.berth.cri.streaming.server;

import dev.berth.cri.streaming.StreamTargets;
import dev.berth.runtime.kernel.Kernel;
import java.time.Duration;

/**
 * What every session stands on.
 *
 * @param idle a session without a byte for this long is closed
 */
record Sessions(StreamTargets targets, Kernel kernel, Duration idle) {}
