package dev.berth.runtime.systemd;

import org.jspecify.annotations.Nullable;

/** What systemd was asked for and did not do; the message says both. */
public final class SystemdFailure extends RuntimeException {
    public SystemdFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
