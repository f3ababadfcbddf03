package dev.berth.runtime.shim;

import org.jspecify.annotations.Nullable;

/** The other end of a shim's or helper's connection does not answer any more. */
public final class ShimGone extends RuntimeException {
    public ShimGone(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
